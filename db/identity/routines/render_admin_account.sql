-- An account as customer service reads it: with its last log-in.
-- Callers:   api.approve_merchant, api.change_account, api.get_any_account, api.list_accounts.
CREATE FUNCTION api.render_admin_account(account identity.accounts)
RETURNS api.admin_account
LANGUAGE sql IMMUTABLE
RETURN ROW(account.id, account.email, account.pending_email, account.handle, account.display_name, account.role,
           account.status, account.email_verified, account.last_login_at, account.version, account.created_at,
           account.merchant_approved_at)::api.admin_account;
