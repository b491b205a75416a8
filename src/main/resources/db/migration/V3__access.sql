CREATE TABLE api_key (
    id           text PRIMARY KEY,
    project      text NOT NULL,
    name         text NOT NULL,
    hash         bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
    scopes       text[] NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz,
    revoked_at   timestamptz,
    last_used_at timestamptz
);

COMMENT ON COLUMN api_key.hash IS 'SHA-256 of the whole key; the key itself is not kept';
COMMENT ON COLUMN api_key.scopes IS 'an empty list gives access to nothing';
