-- A trigger is a pipeline's subscription to its topic: started again it is made anew, and it may name an older version.
ALTER TABLE pipeline_desired ADD COLUMN version integer;
ALTER TABLE pipeline_desired ADD COLUMN subscription bigint NOT NULL DEFAULT 0;

COMMENT ON COLUMN pipeline_desired.version IS 'the version that was asked for; null for the current one of the pipeline';
COMMENT ON COLUMN pipeline_desired.subscription IS 'one more with every start; replicas read under the newest only';

-- Versions come and go in any order: what counts is the order of the switches.
ALTER TABLE pipeline_switch DROP CONSTRAINT pipeline_switch_pkey;
ALTER TABLE pipeline_switch ADD COLUMN number bigint;
UPDATE pipeline_switch s SET number = n.number
FROM (SELECT partition_id, version, row_number() OVER (ORDER BY partition_id, version) AS number
      FROM pipeline_switch) n
WHERE n.partition_id = s.partition_id AND n.version = s.version;
ALTER TABLE pipeline_switch ALTER COLUMN number SET NOT NULL;
ALTER TABLE pipeline_switch ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY;
SELECT setval(pg_get_serial_sequence('pipeline_switch', 'number'),
    (SELECT coalesce(max(number), 0) + 1 FROM pipeline_switch), false);
ALTER TABLE pipeline_switch ADD PRIMARY KEY (partition_id, number);

COMMENT ON COLUMN pipeline_partition.version IS 'the version of its newest switch; 0 before the first claim';
