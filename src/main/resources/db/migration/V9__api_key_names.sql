-- A key that was rotated gives its name to its successor and works on until it expires.
ALTER TABLE api_key ADD COLUMN replaced_by text;

CREATE UNIQUE INDEX api_key_name ON api_key (project, name) WHERE replaced_by IS NULL AND revoked_at IS NULL;
