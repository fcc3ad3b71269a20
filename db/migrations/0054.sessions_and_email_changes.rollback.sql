ALTER TABLE sales.settings DROP COLUMN staff_idle_time_to_live;
DELETE FROM identity.mail_tokens WHERE purpose = 'email_change';
ALTER TABLE identity.mail_tokens DROP CONSTRAINT mail_token_purpose_unknown;
ALTER TABLE identity.mail_tokens
    ADD CONSTRAINT mail_token_purpose_unknown CHECK (purpose IN ('email_verification', 'password_reset'));
DROP TABLE identity.email_changes;
ALTER TABLE identity.accounts DROP COLUMN pending_email;
ALTER TABLE identity.sessions DROP COLUMN last_used_at, DROP COLUMN user_agent, DROP COLUMN ip_address;
