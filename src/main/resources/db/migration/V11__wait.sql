-- Durable waits: somebody waits for a signal under a key. Times are the database's.
--
-- One row is live for each key at most: a wait, or an event that came before its wait. Who creates a wait and who sends
-- early meet at the same unique index, so neither can miss the other.
CREATE TABLE wait (
    seq              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id               uuid        NOT NULL,
    project          text        COLLATE "C" NOT NULL,
    -- bytewise order, so that a prefix is a range of the index
    event_key        text        COLLATE "C" NOT NULL CHECK (octet_length(event_key) BETWEEN 1 AND 512),
    status           text        NOT NULL CHECK (status IN ('buffered', 'waiting', 'received', 'timed_out', 'canceled')),
    job_run_id       text,
    -- JSON as text: jsonb refuses \u0000, which is valid JSON
    request_payload  text,
    response_payload text,
    default_payload  text,
    timeout_secs     integer     NOT NULL,
    requested_at     timestamptz NOT NULL,
    expires_at       timestamptz NOT NULL,
    received_at      timestamptz,
    ended_at         timestamptz,
    error            text,
    rejected         boolean     NOT NULL DEFAULT false,
    sent_by          text,
    -- where a message of a pipeline waits, and where it came from
    pipeline         text,
    version          integer,
    step             text,
    run              uuid,
    topic            text,
    partition        integer,
    "offset"         bigint,
    message_key      bytea,
    message_headers  text,
    message_time     timestamptz,
    message          bytea,
    CONSTRAINT ended_once_terminal CHECK ((status IN ('received', 'timed_out', 'canceled')) = (ended_at IS NOT NULL)),
    CONSTRAINT message_of_a_pipeline CHECK ((pipeline IS NULL) = (step IS NULL) AND (pipeline IS NULL) = (run IS NULL))
);

CREATE UNIQUE INDEX wait_live ON wait (project, event_key) WHERE status IN ('waiting', 'buffered');
CREATE INDEX wait_due ON wait (expires_at) WHERE status IN ('waiting', 'buffered');
CREATE INDEX wait_newest ON wait (project, status, requested_at DESC, seq DESC);
CREATE INDEX wait_run ON wait (run) WHERE run IS NOT NULL;
CREATE INDEX wait_ended ON wait (project, event_key, seq DESC) WHERE status IN ('received', 'timed_out', 'canceled');

COMMENT ON COLUMN wait.message IS 'the original bytes, when the row that waits is not the message as it came';
COMMENT ON COLUMN wait.rejected IS 'canceled by a sender who has bad news, not by a person who stops waiting';

-- Ended waits of pipelines whose messages have to go on: written by the statement that ends the wait.
CREATE TABLE wait_resume (
    wait     bigint PRIMARY KEY,
    pipeline text   NOT NULL,
    version  integer NOT NULL,
    step     text   NOT NULL
);

CREATE INDEX wait_resume_open ON wait_resume (pipeline, version, step, wait);

-- How many waits there are, so that nobody has to count a million rows. In slots: a session changes that of its number,
-- so that senders do not queue for one row.
CREATE TABLE wait_count (
    project   text     COLLATE "C" NOT NULL,
    slot      smallint NOT NULL,
    waiting   bigint   NOT NULL,
    received  bigint   NOT NULL,
    timed_out bigint   NOT NULL,
    canceled  bigint   NOT NULL,
    -- microseconds from requested_at to received_at, over the received ones
    waited    bigint   NOT NULL,
    PRIMARY KEY (project, slot)
) WITH (fillfactor = 50);

-- Signs callback links; made once, the same for all replicas.
CREATE TABLE wait_link_secret (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    secret   bytea   NOT NULL CHECK (octet_length(secret) = 32)
);

CREATE TABLE wait_link (
    id         uuid        PRIMARY KEY,
    wait       bigint      NOT NULL REFERENCES wait ON DELETE CASCADE,
    action     text        NOT NULL CHECK (action IN ('send', 'reject')),
    created_by text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);

CREATE INDEX wait_link_of ON wait_link (wait);
