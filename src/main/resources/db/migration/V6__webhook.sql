-- Who wants to be told of what, and what is on its way to them.
CREATE TABLE webhook (
    id              text        PRIMARY KEY,
    seq             bigint GENERATED ALWAYS AS IDENTITY,
    project         text        NOT NULL,
    url             text        NOT NULL,
    events          text[]      NOT NULL CHECK (cardinality(events) > 0),
    -- signing needs the secret itself, so there is no hash of it instead
    secret          bytea       NOT NULL CHECK (octet_length(secret) BETWEEN 24 AND 64),
    description     text,
    created_at      timestamptz NOT NULL DEFAULT now(),
    disabled_at     timestamptz,
    disabled_reason text
);

CREATE INDEX webhook_of_project ON webhook (project, seq DESC);

-- The outbox: a row is inserted in the transaction of the change that it tells of.
CREATE TABLE webhook_delivery (
    id              text        PRIMARY KEY DEFAULT 'msg_' || replace(gen_random_uuid()::text, '-', ''),
    seq             bigint GENERATED ALWAYS AS IDENTITY,
    webhook         text        NOT NULL REFERENCES webhook ON DELETE CASCADE,
    event           text        NOT NULL,
    data            text        NOT NULL,
    occurred_at     timestamptz NOT NULL DEFAULT now(),
    status          text        NOT NULL DEFAULT 'PENDING' CHECK (status IN ('PENDING', 'DELIVERED', 'FAILED')),
    -- raised when an attempt begins, so that only the newest attempt can end the row
    attempts        integer     NOT NULL DEFAULT 0,
    attempts_before integer     NOT NULL DEFAULT 0,
    -- while an attempt is under way: when it is taken for lost
    next_attempt_at timestamptz DEFAULT now(),
    last_attempt_at timestamptz,
    last_code       integer,
    last_error      text,
    finished_at     timestamptz,
    CONSTRAINT pending_has_a_next_attempt CHECK ((status = 'PENDING') = (next_attempt_at IS NOT NULL)),
    CONSTRAINT finished_has_a_time CHECK ((status = 'PENDING') = (finished_at IS NULL))
);

COMMENT ON COLUMN webhook_delivery.attempts_before IS 'attempts of earlier rounds; a redelivery starts a new round';

CREATE INDEX webhook_delivery_due ON webhook_delivery (webhook, next_attempt_at, seq) WHERE status = 'PENDING';
CREATE INDEX webhook_delivery_newest ON webhook_delivery (webhook, seq DESC);
CREATE INDEX webhook_delivery_finished ON webhook_delivery (finished_at) WHERE status <> 'PENDING';

-- The last lasting status of a pipeline that was told to others: whoever changes this row tells of it.
ALTER TABLE pipeline_desired ADD COLUMN told text NOT NULL DEFAULT 'STOPPED'
    CHECK (told IN ('STOPPED', 'RUNNING', 'PAUSED', 'FAILED'));
UPDATE pipeline_desired SET told = status;
