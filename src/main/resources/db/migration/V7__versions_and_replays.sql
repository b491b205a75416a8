-- Which version of a pipeline claims from which offset on, and dead letters that are sent through again.

-- What is claimed from now on belongs to this version; a pipeline without a row has had only one.
CREATE TABLE pipeline_current (
    pipeline    text        PRIMARY KEY,
    version     integer     NOT NULL,
    switched_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE pipeline_switch (
    partition_id bigint      NOT NULL REFERENCES pipeline_partition ON DELETE CASCADE,
    version      integer     NOT NULL,
    first_offset bigint      NOT NULL,
    switched_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (partition_id, version)
);

COMMENT ON COLUMN pipeline_switch.first_offset IS
    'this version claims from here on; it claimed nothing if the next version starts at the same offset';

-- the newest version in pipeline_switch; 0 before the first claim
ALTER TABLE pipeline_partition ADD COLUMN version integer NOT NULL DEFAULT 0;

INSERT INTO pipeline_switch (partition_id, version, first_offset, switched_at)
SELECT partition_id, version, min(first_offset), min(claimed_at) FROM pipeline_file GROUP BY partition_id, version;

UPDATE pipeline_partition p SET version = s.version
FROM (SELECT partition_id, max(version) AS version FROM pipeline_switch GROUP BY partition_id) s
WHERE s.partition_id = p.id;

INSERT INTO pipeline_current (pipeline, version) SELECT id, version FROM pipeline WHERE version > 1;

-- A replay is a claim of certain offsets: those of its dead letters. Its range only frames them.
ALTER TABLE pipeline_file ADD COLUMN offsets bigint[];
ALTER TABLE pipeline_file DROP CONSTRAINT no_offset_twice;
ALTER TABLE pipeline_file ADD CONSTRAINT no_offset_twice EXCLUDE USING gist (
    int8range(partition_id, partition_id, '[]') WITH &&,
    int8range(first_offset, last_offset, '[]') WITH &&) WHERE (offsets IS NULL);

-- Who works on a replay that is not COMMITTED yet.
CREATE TABLE replay_work (
    claim_id    uuid        PRIMARY KEY REFERENCES pipeline_file ON DELETE CASCADE,
    pipeline    text        NOT NULL,
    owner       text,
    lease_until timestamptz NOT NULL DEFAULT now(),
    attempts    integer     NOT NULL DEFAULT 0,
    reason      text,
    detail      text
);

CREATE INDEX replay_work_due ON replay_work (lease_until);

-- A letter is in one replay at most; once it is replayed it is in no other.
ALTER TABLE dead_letter ADD COLUMN replay uuid REFERENCES pipeline_file ON DELETE SET NULL;
ALTER TABLE dead_letter ADD COLUMN replayed_at timestamptz;
ALTER TABLE dead_letter ADD COLUMN attempts integer NOT NULL DEFAULT 1;

CREATE INDEX dead_letter_replay ON dead_letter (replay) WHERE replay IS NOT NULL;
CREATE INDEX dead_letter_waiting ON dead_letter (pipeline, topic, partition, "offset")
    WHERE replay IS NULL AND replayed_at IS NULL;
