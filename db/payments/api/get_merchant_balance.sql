-- What the calling merchant's sales have brought, less commission, refunds and what was paid out, by currency.
CREATE FUNCTION api.get_merchant_balance()
RETURNS api.merchant_balance
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    RETURN ROW(api.render_balances(v_actor, 'earnings'))::api.merchant_balance;
END $$;

COMMENT ON FUNCTION api.get_merchant_balance IS
'Your earnings

For each currency: what your sales brought less the shop''s commission, refunds and payouts (`balance`), what payouts
and disputes hold (`held`) and what can be paid out (`available`). A refund after a payout can take it below zero; the
next sales make up for it.';

GRANT EXECUTE ON FUNCTION api.get_merchant_balance TO app_merchant;
