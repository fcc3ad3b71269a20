-- Changes the role of an account, suspends it or ends its suspension.
-- Locks:  all active admins in id order, then the account.
-- Errors: confirmation_required 403; account_not_found 404; own_account_refused 403; guest_role_refused 422;
--         account_closed 409; version_stale 412.
CREATE DOMAIN api.account_standing AS text
    CONSTRAINT account_status_unknown CHECK (VALUE = ANY (ARRAY['active', 'suspended']));
COMMENT ON DOMAIN api.account_standing IS 'Whether the account may log in; only its owner can close it.';

CREATE FUNCTION api.change_account(
    account_id uuid, role api.account_role DEFAULT NULL, status api.account_standing DEFAULT NULL,
    if_match bigint DEFAULT NULL)
RETURNS api.admin_account
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate();
    PERFORM identity.require_fresh();
    RETURN api.render_admin_account(identity.change_account(
        change_account.account_id, change_account.role, change_account.status, change_account.if_match));
END $$;

COMMENT ON FUNCTION api.change_account IS
'Change a role, suspend an account

You cannot change your own account, and the shop always keeps an admin. A suspended account cannot log in or refresh,
and its access tokens are refused from the next request on. The access tokens of an account whose role has changed are
refused too, until they are refreshed. The products of a merchant who is suspended, or no longer a merchant, cannot be
bought, and payouts that were requested stay held until the merchant is reinstated.';

GRANT EXECUTE ON FUNCTION api.change_account TO app_admin;
