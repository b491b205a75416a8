-- What has happened to each pipeline, on all replicas, for people.
CREATE TABLE pipeline_log (
    seq      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    pipeline text        NOT NULL,
    time     timestamptz NOT NULL,
    level    integer     NOT NULL,
    replica  text        NOT NULL,
    message  text        NOT NULL,
    fields   jsonb       NOT NULL
);

CREATE INDEX pipeline_log_newest ON pipeline_log (pipeline, seq DESC);
CREATE INDEX pipeline_log_time ON pipeline_log (time);

COMMENT ON COLUMN pipeline_log.level IS '0 debug, 1 info, 2 warn, 3 error';
