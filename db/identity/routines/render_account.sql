-- An account as a client reads it.
-- Callers:   api.confirm_email_verification, api.create_account, api.get_account, api.render_session,
--            api.update_account.
CREATE FUNCTION api.render_account(account identity.accounts)
RETURNS api.account
LANGUAGE sql STABLE
AS $$ SELECT ROW(account.id, account.email, account.pending_email, account.handle, account.display_name, account.role,
           account.status, account.email_verified, account.tax_id, identity.tax_id_status(account.id, account.tax_id),
           identity.language_of(account), account.version, account.created_at)::api.account $$;
