-- The transactions of the calling merchant's earnings, newest first. Earnings are stored in parts, so there is no
-- balance after each transaction.
-- Errors: cursor_invalid 422.
CREATE FUNCTION api.list_merchant_transactions("limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL)
RETURNS api.transaction_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    RETURN api.render_transaction_page(v_actor, 'earnings', list_merchant_transactions."limit",
                                       list_merchant_transactions.cursor);
END $$;

COMMENT ON FUNCTION api.list_merchant_transactions IS
'The transactions of your earnings

Newest first: shares of orders, refunds and payouts. `balance_before` and `balance_after` are null here.';

GRANT EXECUTE ON FUNCTION api.list_merchant_transactions TO app_merchant;
