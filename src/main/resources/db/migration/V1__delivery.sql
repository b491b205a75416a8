-- The delivery ledger: which offsets of which partition are in which files. The only decision log.

-- Never starts again, so that an ownership number is never used twice, whatever is deleted.
CREATE SEQUENCE ownership_epoch;

CREATE TABLE pipeline_partition (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    pipeline      text        NOT NULL,
    topic         text        NOT NULL,
    partition     integer     NOT NULL,
    epoch         bigint      NOT NULL,
    owner         text        NOT NULL,
    owned_at      timestamptz NOT NULL DEFAULT now(),
    topic_id      text,
    next_offset   bigint,
    -- sums over the COMMITTED files, kept in the transaction of each commit
    files         bigint      NOT NULL DEFAULT 0,
    rows_in       bigint      NOT NULL DEFAULT 0,
    rows_out      bigint      NOT NULL DEFAULT 0,
    rows_filtered bigint      NOT NULL DEFAULT 0,
    rows_dead     bigint      NOT NULL DEFAULT 0,
    rows_written  bigint      NOT NULL DEFAULT 0,
    bytes         bigint      NOT NULL DEFAULT 0,
    committed_at  timestamptz,
    UNIQUE (pipeline, topic, partition)
);

CREATE TABLE pipeline_file (
    claim_id      uuid        PRIMARY KEY,
    seq           bigint GENERATED ALWAYS AS IDENTITY,
    partition_id  bigint      NOT NULL REFERENCES pipeline_partition ON DELETE CASCADE,
    first_offset  bigint      NOT NULL,
    last_offset   bigint      NOT NULL,
    epoch         bigint      NOT NULL,
    version       integer     NOT NULL,
    batch_time    timestamptz NOT NULL,
    status        text        NOT NULL CHECK (status IN ('CLAIMED', 'COMMITTED', 'DEAD')),
    target        text        NOT NULL,
    object_keys   text[]      NOT NULL,
    objects       jsonb       NOT NULL DEFAULT '[]',
    rows_in       bigint,
    rows_out      bigint,
    rows_filtered bigint,
    rows_dead     bigint,
    rows_written  bigint,
    bytes         bigint,
    detail        text,
    claimed_at    timestamptz NOT NULL DEFAULT now(),
    committed_at  timestamptz,
    CONSTRAINT offsets_in_order CHECK (first_offset >= 0 AND last_offset >= first_offset),
    CONSTRAINT every_row_accounted_for CHECK (
        status <> 'COMMITTED'
        OR (rows_in IS NOT NULL AND rows_out >= 0 AND rows_filtered >= 0 AND rows_dead >= 0 AND rows_written >= 0
            AND bytes IS NOT NULL AND committed_at IS NOT NULL
            AND rows_in = rows_out + rows_filtered + rows_dead)),
    -- ranges on both sides need no extension, unlike "partition_id WITH ="
    CONSTRAINT no_offset_twice EXCLUDE USING gist (
        int8range(partition_id, partition_id, '[]') WITH &&,
        int8range(first_offset, last_offset, '[]') WITH &&)
);

CREATE INDEX pipeline_file_unfinished ON pipeline_file (partition_id, first_offset) WHERE status = 'CLAIMED';
CREATE INDEX pipeline_file_newest ON pipeline_file (partition_id, seq DESC);
CREATE INDEX pipeline_file_committed ON pipeline_file (partition_id, committed_at) WHERE status = 'COMMITTED';

CREATE TABLE dead_letter (
    pipeline   text        NOT NULL,
    topic      text        NOT NULL,
    partition  integer     NOT NULL,
    "offset"   bigint      NOT NULL,
    seq        bigint GENERATED ALWAYS AS IDENTITY,
    value      bytea,
    key        bytea,
    headers    jsonb       NOT NULL,
    timestamp  timestamptz NOT NULL,
    reason     text        NOT NULL,
    detail     text        NOT NULL,
    step       text,
    version    integer     NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (pipeline, topic, partition, "offset")
);

CREATE INDEX dead_letter_newest ON dead_letter (pipeline, seq DESC);
