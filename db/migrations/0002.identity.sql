-- depends: 0001.schemas
-- Accounts, their secrets, sessions, signing keys, addresses.

CREATE TABLE identity.accounts (
    id             uuid PRIMARY KEY DEFAULT uuidv7(),
    email          text NOT NULL,
    handle         text,
    display_name   text,
    role           text NOT NULL DEFAULT 'customer'
                   CONSTRAINT account_role_unknown CHECK (role IN ('customer', 'merchant', 'support', 'admin')),
    status         text NOT NULL DEFAULT 'active'
                   CONSTRAINT account_status_unknown CHECK (status IN ('active', 'suspended', 'closed')),
    email_verified boolean NOT NULL DEFAULT false,
    last_login_at  timestamptz,
    version        bigint NOT NULL DEFAULT 1,
    created_at     timestamptz NOT NULL DEFAULT now()
);
-- Folded columns are compared, so that A@x.org and a@x.org are one person; lower() is leakproof-free but not under a policy here.
CREATE UNIQUE INDEX email_taken ON identity.accounts (lower(email));
CREATE UNIQUE INDEX handle_taken ON identity.accounts (lower(handle));
CREATE INDEX accounts_newest ON identity.accounts (created_at DESC, id DESC);
COMMENT ON INDEX identity.email_taken IS 'An account with this e-mail exists already. Log in, or use another address.';
COMMENT ON INDEX identity.handle_taken IS 'This handle is taken. Choose another one.';

-- Apart from accounts, so that no policy or grant on the profile can ever reach a secret.
CREATE TABLE identity.passwords (
    account_id uuid PRIMARY KEY REFERENCES identity.accounts ON DELETE CASCADE,
    salt       text NOT NULL,                    -- bcrypt's own first 29 characters
    proof      bytea NOT NULL,                   -- sha256 of the bcrypt string: a leaked row does not log in
    changed_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE identity.signing_keys (
    kid        text PRIMARY KEY,
    header     text NOT NULL UNIQUE,             -- base64url of the JOSE header: algorithm and kid cannot be chosen by the caller
    inner_pad  bytea NOT NULL,                   -- key xor ipad, key xor opad (RFC 2104): two sha256() calls verify a token
    outer_pad  bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    retired_at timestamptz                       -- signs nothing any more; verifies until its last token has expired
);

-- One row is a log-in: the family of refresh tokens that descend from it.
CREATE TABLE identity.sessions (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    account_id uuid NOT NULL REFERENCES identity.accounts ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX sessions_account ON identity.sessions (account_id);
CREATE INDEX sessions_expiry ON identity.sessions (expires_at);

CREATE TABLE identity.refresh_tokens (
    token_hash bytea PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES identity.sessions ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    used_at    timestamptz
);
CREATE INDEX refresh_tokens_session ON identity.refresh_tokens (session_id);

-- Counted before a password is looked at, so that a failed attempt needs no write of its own.
CREATE TABLE identity.login_attempts (
    subject    text NOT NULL,                    -- 'email:<hash>' or 'address:<address>'
    window_at  timestamptz NOT NULL,
    attempts   integer NOT NULL DEFAULT 1,
    PRIMARY KEY (subject, window_at)
);
CREATE INDEX login_attempts_window ON identity.login_attempts (window_at);

CREATE TABLE identity.addresses (
    id          uuid PRIMARY KEY DEFAULT uuidv7(),
    account_id  uuid NOT NULL REFERENCES identity.accounts ON DELETE CASCADE,
    name        text NOT NULL,
    line1       text NOT NULL,
    line2       text,
    city        text NOT NULL,
    region      text,
    postal_code text,
    country     char(2) NOT NULL,
    phone       text,
    is_default  boolean NOT NULL DEFAULT false,
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX addresses_account ON identity.addresses (account_id, created_at, id);
CREATE UNIQUE INDEX address_default_twice ON identity.addresses (account_id) WHERE is_default;
