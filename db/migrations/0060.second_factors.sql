-- depends: 0059.security_events
-- A second factor for log-ins: codes of an authenticator app (TOTP), and recovery codes.
CREATE TABLE identity.second_factors (
    account_id   uuid PRIMARY KEY REFERENCES identity.accounts ON DELETE CASCADE,
    secret       bytea NOT NULL CONSTRAINT second_factor_secret_short CHECK (octet_length(secret) = 20),
    confirmed_at timestamptz,                -- null: the app was not shown to have the secret; log-ins ask for no code
    last_step    bigint NOT NULL DEFAULT 0,  -- the last time step whose code was accepted: neither it nor an older one
    created_at   timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE identity.recovery_codes (
    account_id uuid NOT NULL REFERENCES identity.second_factors ON DELETE CASCADE,
    code_hash  bytea NOT NULL,
    used_at    timestamptz,
    PRIMARY KEY (account_id, code_hash)
);

ALTER TABLE identity.sessions
    ADD COLUMN code_at timestamptz,          -- when a code was given last; null: never in this session
    -- Of staff without a second factor where it is mandatory: the session may only set one up.
    ADD COLUMN enrolling boolean NOT NULL DEFAULT false;

ALTER TABLE sales.settings ADD COLUMN second_factor_required_for_staff boolean NOT NULL DEFAULT false;
