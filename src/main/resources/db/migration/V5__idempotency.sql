-- POST requests that came with an idempotency key: who runs one, and what was answered first.
CREATE TABLE idempotent_request (
    project      text        NOT NULL,
    sender       text        NOT NULL,
    key          text        NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    fingerprint  bytea       NOT NULL CHECK (octet_length(fingerprint) = 32),
    token        uuid        NOT NULL,
    leased_until timestamptz NOT NULL,
    status       integer,
    content_type text,
    location     text,
    answer       bytea       CHECK (octet_length(answer) <= 1048576),
    expires_at   timestamptz NOT NULL,
    PRIMARY KEY (project, sender, key),
    UNIQUE (token)
);

COMMENT ON COLUMN idempotent_request.fingerprint IS 'SHA-256 of path, query and body';
COMMENT ON COLUMN idempotent_request.token IS 'of the one that runs it; who lost the lease stores no answer';
COMMENT ON COLUMN idempotent_request.status IS 'null while it runs';
COMMENT ON COLUMN idempotent_request.answer IS 'null with a status: too large to be kept';

CREATE INDEX idempotent_request_old ON idempotent_request (expires_at);
