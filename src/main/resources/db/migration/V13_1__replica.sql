-- The signs of life of the replicas, so that their pipelines' rows are written only when something has changed.
CREATE TABLE replica (
    name    text        PRIMARY KEY,
    seen_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON COLUMN pipeline_replica.updated_at IS 'when this row was written; signs of life are in replica';
