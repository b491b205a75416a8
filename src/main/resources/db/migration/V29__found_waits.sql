-- Lists of waits have an index of their own: in the order in which waits come, so that it grows at its end, and under a
-- condition that only lists name. A statement that looks for one key could otherwise be planned, as long as nothing is known
-- of the rows, to read all that are waiting.
DROP INDEX wait_newest;
CREATE INDEX wait_newest ON wait (project, status, requested_at, seq) WHERE seq > 0;

ALTER TABLE wait ADD COLUMN trace text;
COMMENT ON COLUMN wait.trace IS 'traceparent of who ended the wait or sent the early event, when somebody may look for it';
