-- What authors declare. A version never changes once it is stored; the current one is named by its pipeline.
create table pipeline (
    id          text primary key,
    project     text not null,
    name        text not null,
    version     int not null check (version >= 1),
    provisioned boolean not null default false,
    source      text,
    created_at  timestamptz not null,
    unique (project, name)
);

create table pipeline_version (
    pipeline   text not null references pipeline (id) on delete cascade,
    version    int not null check (version >= 1),
    -- json, not jsonb: the order of columns is part of the document
    document   json not null,
    created_at timestamptz not null,
    primary key (pipeline, version)
);

-- Columns inferred from the first batch: written once, so that all replicas and all later batches agree.
create table pipeline_schema (
    pipeline text not null references pipeline (id) on delete cascade,
    scope    text not null,
    columns  json not null,
    primary key (pipeline, scope)
);
