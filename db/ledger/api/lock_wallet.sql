-- Locks a customer's wallet. A withdrawal that was requested before is not stopped.
-- Locks:  the wallet.
-- Errors: own_account_refused 403; account_not_found 404, wallet_locked 409.
CREATE FUNCTION api.lock_wallet(account_id uuid, reason api.short_text)
RETURNS api.customer_wallet
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    PERFORM ledger.lock_wallet(lock_wallet.account_id, lock_wallet.reason);
    RETURN api.render_customer_wallet(lock_wallet.account_id);
END $$;

COMMENT ON FUNCTION api.lock_wallet IS
'Lock a customer''s wallet

The customer cannot pay from it, deposit or withdraw until it is unlocked; refunds still arrive. Withdrawals that are
already pending are among the payouts.';

GRANT EXECUTE ON FUNCTION api.lock_wallet TO app_support;
