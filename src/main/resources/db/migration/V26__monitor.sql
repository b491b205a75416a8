-- What has become of each pipeline, event by event.
CREATE TABLE monitored (
    seq           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project       text        NOT NULL,
    name          text        NOT NULL,
    pipeline      text        UNIQUE,
    file          text,
    program       text        NOT NULL DEFAULT 'Success',
    program_error json,
    program_since timestamptz NOT NULL DEFAULT now(),
    status_since  timestamptz NOT NULL DEFAULT now(),
    UNIQUE (project, name)
);

COMMENT ON COLUMN monitored.pipeline IS 'null for a file that never made one';
COMMENT ON COLUMN monitored.file IS 'where a document comes from that does not compile';

CREATE TABLE monitor_event (
    monitored         bigint      NOT NULL REFERENCES monitored ON DELETE CASCADE,
    event_id          uuid        NOT NULL,
    recorded_at       timestamptz NOT NULL,
    status            text        NOT NULL,
    resources         text        NOT NULL,
    resources_desired text        NOT NULL,
    runtime           text,
    runtime_desired   text,
    has_error         boolean     NOT NULL,
    program           text        NOT NULL,
    storage           text        NOT NULL,
    details           json        NOT NULL,
    cause             text        NOT NULL,
    actor             text,
    previous          text,
    duration_ms       bigint,
    -- ids are made of times (UUID version 7) that grow within a pipeline: this is also the order of the list
    PRIMARY KEY (monitored, event_id)
);
