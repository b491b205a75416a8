-- What is wanted of a pipeline, and what each replica makes of it.
create table pipeline_desired (
    pipeline      text primary key references pipeline (id) on delete cascade,
    status        text not null check (status in ('RUNNING', 'PAUSED', 'STOPPED')),
    reason        text,
    message       text,
    since         timestamptz not null default now(),
    accepted_dead jsonb not null default '{}'
);

create table pipeline_replica (
    pipeline   text not null references pipeline_desired (pipeline) on delete cascade,
    replica    text not null,
    status     text not null,
    version    int not null,
    partitions int not null,
    reason     text,
    message    text,
    next_try   timestamptz,
    updated_at timestamptz not null default now(),
    primary key (pipeline, replica)
);
