-- depends: 0011.invoices
-- Accounts in full: tokens sent by mail, log-ins through an outside identity provider, the search of customer service, erasure.

-- What a person proves their mailbox with. Kept as a hash; the token itself is in the mail and nowhere else (identity.mail_token()).
CREATE TABLE identity.mail_tokens (
    token_hash bytea PRIMARY KEY,                -- sha256
    account_id uuid NOT NULL REFERENCES identity.accounts ON DELETE CASCADE,
    purpose    text NOT NULL
               CONSTRAINT mail_token_purpose_unknown CHECK (purpose IN ('email_verification', 'password_reset')),
    email      text NOT NULL,                    -- where it was sent: good only as long as the account has this address
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX mail_tokens_account ON identity.mail_tokens (account_id);
CREATE INDEX mail_tokens_expiry ON identity.mail_tokens (expires_at);

-- Whose word about a log-in is taken. Filled by `storeproc migrate` and `up` from OIDC_ISSUER: a web role cannot add itself one.
CREATE TABLE identity.outside_issuers (
    issuer     text PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE identity.outside_identities (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    issuer     text NOT NULL,
    subject    text NOT NULL,
    account_id uuid NOT NULL REFERENCES identity.accounts ON DELETE CASCADE,
    session_id uuid REFERENCES identity.sessions ON DELETE SET NULL,    -- ours, that its tokens are exchanged into
    role       text,                             -- the role that it gave last; null: it says nothing of roles
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT outside_identity_taken UNIQUE (issuer, subject)
);
CREATE INDEX outside_identities_account ON identity.outside_identities (account_id);
CREATE INDEX outside_identities_session ON identity.outside_identities (session_id);

-- identity.find_accounts() searches this very expression.
CREATE INDEX accounts_search ON identity.accounts
    USING gin ((lower(email || ' ' || coalesce(handle, '') || ' ' || coalesce(display_name, ''))) extensions.gin_trgm_ops);
-- The few among the many.
CREATE INDEX accounts_role ON identity.accounts (role, id DESC) WHERE role <> 'customer';
CREATE INDEX accounts_status ON identity.accounts (status, id DESC) WHERE status <> 'active';

-- Whose address an audit row tells of, when the address is long gone: audit.erase_person() finds them by it.
CREATE INDEX changes_addresses ON audit.changes ((new ->> 'account_id'))
    WHERE table_name = 'identity.addresses' AND operation = 'INSERT';
