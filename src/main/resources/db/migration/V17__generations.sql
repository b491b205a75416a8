-- Reading a partition again from another offset begins a generation of it: a row of its own in pipeline_partition, so that
-- ranges, positions and sums are kept for each generation, and offsets that are read again collide with nothing.
ALTER TABLE pipeline_partition ADD COLUMN generation integer NOT NULL DEFAULT 1;
ALTER TABLE pipeline_partition ADD COLUMN current boolean NOT NULL DEFAULT true;
ALTER TABLE pipeline_partition ADD COLUMN reset_by text;
ALTER TABLE pipeline_partition ADD COLUMN reset_to text;
ALTER TABLE pipeline_partition ADD COLUMN reset_at timestamptz;
ALTER TABLE pipeline_partition ADD COLUMN reset_offset bigint;
ALTER TABLE pipeline_partition DROP CONSTRAINT pipeline_partition_pipeline_topic_partition_key;
ALTER TABLE pipeline_partition ADD UNIQUE (pipeline, topic, partition, generation);
CREATE UNIQUE INDEX pipeline_partition_current ON pipeline_partition (pipeline, topic, partition) WHERE current;

COMMENT ON COLUMN pipeline_partition.current IS 'of each partition the newest generation; the others are only finished and read';
COMMENT ON COLUMN pipeline_partition.reset_by IS 'who began the generation; null for one that began with the first message';
COMMENT ON COLUMN pipeline_partition.reset_offset IS 'where the generation began';

-- A message that is dead again when it is read again is a letter of its own.
ALTER TABLE dead_letter ADD COLUMN generation integer NOT NULL DEFAULT 1;
ALTER TABLE dead_letter DROP CONSTRAINT dead_letter_pkey;
ALTER TABLE dead_letter ADD PRIMARY KEY (pipeline, topic, partition, generation, "offset");
DROP INDEX dead_letter_waiting;
CREATE INDEX dead_letter_waiting ON dead_letter (pipeline, topic, partition, generation, "offset")
    WHERE replay IS NULL AND replayed_at IS NULL;
