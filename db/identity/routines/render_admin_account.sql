-- An account as customer service reads it: with its last log-in.
-- Callers:   api.approve_merchant, api.change_account, api.get_any_account, api.list_accounts.
CREATE FUNCTION api.render_admin_account(account identity.accounts)
RETURNS api.admin_account
LANGUAGE sql STABLE
AS $$ SELECT ROW(account.id, account.email, account.pending_email, account.handle, account.display_name, account.role,
           account.status, account.email_verified, account.last_login_at, account.tax_id, (
               SELECT ROW(c.status, c.service, c.name, c.reference, c.checked_at)::api.tax_id_check
               FROM identity.tax_id_checks AS c WHERE c.account_id = account.id AND c.tax_id = account.tax_id
           ), identity.language_of(account), account.version, account.created_at,
           account.merchant_approved_at)::api.admin_account $$;
