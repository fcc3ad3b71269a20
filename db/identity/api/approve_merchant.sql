-- Approves a merchant for payouts.
-- Locks:  the account.
-- Errors: confirmation_required 403; account_not_found 404; own_account_refused 403; account_closed,
--         not_a_merchant 409.
CREATE FUNCTION api.approve_merchant(account_id uuid)
RETURNS api.admin_account
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate();
    PERFORM identity.require_fresh();
    RETURN api.render_admin_account(identity.approve_merchant(approve_merchant.account_id));
END $$;

COMMENT ON FUNCTION api.approve_merchant IS
'Approve a merchant

Merchants sell at once, but receive payouts only when they have been approved. Suspending the account stops its payouts
again.';

GRANT EXECUTE ON FUNCTION api.approve_merchant TO app_admin;
