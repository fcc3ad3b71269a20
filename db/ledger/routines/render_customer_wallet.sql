-- A customer's wallet as customer service reads it. Not an endpoint.
-- Callers:   api.get_customer_wallet, api.lock_wallet, api.unlock_wallet.
CREATE FUNCTION api.render_customer_wallet(account_id uuid)
RETURNS api.customer_wallet
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_lock ledger.wallet_locks;
BEGIN
    SELECT * INTO v_lock FROM ledger.wallet_locks AS l WHERE l.account_id = render_customer_wallet.account_id;
    RETURN ROW(render_customer_wallet.account_id, api.render_balances(render_customer_wallet.account_id, 'wallet'),
               FOUND, v_lock.reason, v_lock.locked_by, v_lock.created_at)::api.customer_wallet;
END $$;
