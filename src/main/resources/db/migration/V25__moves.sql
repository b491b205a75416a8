-- What a stop leaves behind, and how it is done.
ALTER TABLE pipeline_desired ADD COLUMN in_use boolean NOT NULL DEFAULT false;
ALTER TABLE pipeline_desired ADD COLUMN force boolean NOT NULL DEFAULT false;
UPDATE pipeline_desired d SET in_use = true
WHERE status <> 'STOPPED' OR EXISTS (SELECT FROM pipeline_partition p WHERE p.pipeline = d.pipeline);

ALTER TABLE pipeline_replica ADD COLUMN attempt integer NOT NULL DEFAULT 0;

COMMENT ON COLUMN pipeline_desired.in_use IS 'whether it was started since it was created or cleared';
COMMENT ON COLUMN pipeline_desired.force IS 'whether it is stopped without committing what is open';
COMMENT ON COLUMN pipeline_replica.attempt IS 'how often in a row it was tried in vain';
