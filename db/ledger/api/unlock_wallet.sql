-- Unlocks a customer's wallet.
-- Locks:  the lock's row.
-- Errors: confirmation_required, own_account_refused 403; account_not_found 404, wallet_not_locked 409.
CREATE FUNCTION api.unlock_wallet(account_id uuid)
RETURNS api.customer_wallet
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    PERFORM identity.require_fresh();
    PERFORM ledger.unlock_wallet(unlock_wallet.account_id);
    RETURN api.render_customer_wallet(unlock_wallet.account_id);
END $$;

COMMENT ON FUNCTION api.unlock_wallet IS
'Unlock a customer''s wallet

The customer can use it again.';

GRANT EXECUTE ON FUNCTION api.unlock_wallet TO app_support;
