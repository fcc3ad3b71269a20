-- depends: 0062.exchanges_and_confirmations
-- API keys: credentials of machines, which act for a merchant or an admin within the scopes that they were given.
CREATE TABLE identity.api_keys (
    id           uuid PRIMARY KEY,
    account_id   uuid NOT NULL REFERENCES identity.accounts ON DELETE CASCADE,
    name         text NOT NULL,
    hint         text NOT NULL,          -- the beginning and the end of the key, to recognise it
    key_hash     bytea NOT NULL CONSTRAINT api_key_once UNIQUE,
    live         boolean NOT NULL,       -- made in production; a key is only valid where it was made
    role         text NOT NULL CONSTRAINT api_key_role_unknown CHECK (role IN ('merchant', 'admin')),
    scopes       text[] NOT NULL CONSTRAINT api_key_without_scope CHECK (cardinality(scopes) >= 1),
    expires_at   timestamptz,            -- null: never
    revoked_at   timestamptz,
    last_used_at timestamptz,            -- written at most once a minute
    created_at   timestamptz NOT NULL DEFAULT now()
);
COMMENT ON CONSTRAINT api_key_without_scope ON identity.api_keys IS 'An API key needs at least one scope.';
CREATE INDEX api_keys_account ON identity.api_keys (account_id, id);
CREATE INDEX api_keys_ended ON identity.api_keys (least(expires_at, revoked_at))
WHERE expires_at IS NOT NULL OR revoked_at IS NOT NULL;

-- With which key something was done. The default is that of identity.current_key(), so that no function can omit it.
ALTER TABLE audit.changes ADD COLUMN api_key_id uuid;
ALTER TABLE audit.changes ALTER COLUMN api_key_id SET DEFAULT
    CASE WHEN coalesce(current_setting('app.session', true), '') = '' AND current_setting('app.actor', true) <> ''
         THEN nullif(current_setting('app.key', true), '')::uuid END;
ALTER TABLE audit.security_events ADD COLUMN api_key_id uuid;
ALTER TABLE audit.security_events ALTER COLUMN api_key_id SET DEFAULT
    CASE WHEN coalesce(current_setting('app.session', true), '') = '' AND current_setting('app.actor', true) <> ''
         THEN nullif(current_setting('app.key', true), '')::uuid END;
