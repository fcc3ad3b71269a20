-- The transactions of the caller's wallet, newest first.
-- Errors: cursor_invalid 422.
CREATE FUNCTION api.list_wallet_transactions("limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL)
RETURNS api.transaction_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    RETURN api.render_transaction_page(v_actor, 'wallet', list_wallet_transactions."limit",
                                       list_wallet_transactions.cursor);
END $$;

COMMENT ON FUNCTION api.list_wallet_transactions IS
'The transactions of your wallet

Newest first, each with the balance before and after it. A negative amount left the wallet. A withdrawal appears when it
has been sent.';

GRANT EXECUTE ON FUNCTION api.list_wallet_transactions TO app_customer;
