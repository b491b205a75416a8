-- What metrics count is committed with what it counts, so that it goes on after a restart.

-- How often messages of a partition have become dead letters, for each reason; a replay takes nothing away.
CREATE TABLE dead_letter_count (
    partition_id bigint NOT NULL REFERENCES pipeline_partition ON DELETE CASCADE,
    reason       text   NOT NULL,
    letters      bigint NOT NULL,
    PRIMARY KEY (partition_id, reason)
);

INSERT INTO dead_letter_count (partition_id, reason, letters)
SELECT p.id, d.reason, sum(d.attempts)
FROM dead_letter d JOIN pipeline_partition p USING (pipeline, topic, partition, generation)
GROUP BY p.id, d.reason;

-- Keys and values of the messages as Kafka gave them; replays read nothing again.
ALTER TABLE pipeline_partition ADD COLUMN bytes_in bigint NOT NULL DEFAULT 0;
ALTER TABLE pipeline_file ADD COLUMN bytes_in bigint;
