-- depends: 0053.session_confirmed
-- From where a session is used, and changes of an e-mail, which count once the new address is confirmed.
ALTER TABLE identity.sessions
    ADD COLUMN ip_address text,              -- of the log-in or the last refresh; null: opened without a request
    ADD COLUMN user_agent text,
    ADD COLUMN last_used_at timestamptz;     -- the last refresh: a write at each request would cost too much

ALTER TABLE identity.accounts ADD COLUMN pending_email text;    -- null: the e-mail is not being changed

-- Both addresses of a change: the notice goes to the old one, even if the change was confirmed before it was sent.
CREATE TABLE identity.email_changes (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    account_id uuid NOT NULL REFERENCES identity.accounts ON DELETE CASCADE,
    old_email  text NOT NULL,
    new_email  text NOT NULL,
    session_id uuid,                         -- that asked for it: it stays when the change is confirmed by the link
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX email_changes_account ON identity.email_changes (account_id);

-- It is made again below, and allows one purpose more.
-- squawk-ignore ban-drop-constraint
ALTER TABLE identity.mail_tokens DROP CONSTRAINT mail_token_purpose_unknown;
ALTER TABLE identity.mail_tokens
    -- Tokens are deleted two days after they were made, so the scan is short.
    -- squawk-ignore constraint-missing-not-valid
    ADD CONSTRAINT mail_token_purpose_unknown
    CHECK (purpose IN ('email_verification', 'email_change', 'password_reset'));

ALTER TABLE sales.settings ADD COLUMN staff_idle_time_to_live interval NOT NULL DEFAULT '1 hour';
