-- Secrets: store_api has no grant, and row security without a policy would hide every row even with a grant. Only the
-- SECURITY DEFINER routines of store_owner in db/identity/routines use them.
ALTER TABLE identity.passwords ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.refresh_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.signing_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.salt_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.login_attempts ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.known_devices ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.api_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.mail_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.email_changes ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.outside_issuers ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.outside_identities ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.environment ENABLE ROW LEVEL SECURITY;

REVOKE ALL
    ON identity.passwords, identity.sessions, identity.refresh_tokens, identity.signing_keys, identity.salt_key,
    identity.login_attempts, identity.known_devices, identity.api_keys,
              identity.mail_tokens, identity.email_changes, identity.outside_issuers, identity.outside_identities,
              identity.environment
    FROM store_api;
