-- Rows that were parked and go on: taken by a claim, whose messages are counted as parked until it is committed.
ALTER TABLE wait_resume ADD COLUMN claim uuid;
DROP INDEX wait_resume_open;
CREATE INDEX wait_resume_open ON wait_resume (wait) WHERE claim IS NULL;
CREATE INDEX wait_resume_claim ON wait_resume (claim) WHERE claim IS NOT NULL;

ALTER TABLE pipeline_partition ADD COLUMN rows_parked bigint NOT NULL DEFAULT 0;
ALTER TABLE pipeline_file ADD COLUMN rows_parked bigint NOT NULL DEFAULT 0;
-- the step that the messages of a claim have waited in; null for messages that begin at the first step
ALTER TABLE pipeline_file ADD COLUMN after_step text;
ALTER TABLE pipeline_file DROP CONSTRAINT every_row_accounted_for;
ALTER TABLE pipeline_file ADD CONSTRAINT every_row_accounted_for CHECK (
    status <> 'COMMITTED'
    OR (rows_in IS NOT NULL AND rows_out >= 0 AND rows_filtered >= 0 AND rows_dead >= 0 AND rows_parked >= 0
        AND rows_written >= 0 AND bytes IS NOT NULL AND committed_at IS NOT NULL
        AND rows_in = rows_out + rows_filtered + rows_dead + rows_parked));
