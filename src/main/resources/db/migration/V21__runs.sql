-- A run is what becomes of a message that waits. It stands where its newest wait stands.
ALTER TABLE wait ADD COLUMN superseded boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN wait.superseded IS 'its run has come to another wait since';
DROP INDEX wait_run;
CREATE INDEX wait_run ON wait (run, seq) WHERE run IS NOT NULL;

-- Rows that have gone on stay until their wait is forgotten, so that a run can tell by which claim it went on.
ALTER TABLE wait_resume ADD COLUMN done boolean NOT NULL DEFAULT false;
DROP INDEX wait_resume_open;
DROP INDEX wait_resume_claim;
CREATE INDEX wait_resume_open ON wait_resume (pipeline, wait) WHERE claim IS NULL;
CREATE INDEX wait_resume_claim ON wait_resume (claim) WHERE claim IS NOT NULL AND NOT done;
