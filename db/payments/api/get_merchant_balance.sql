-- The calling merchant's earnings after commission, refunds and payouts, by currency.
CREATE FUNCTION api.get_merchant_balance()
RETURNS api.merchant_balance
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    RETURN (
        SELECT ROW(coalesce(array_agg(ROW(e.currency, e.balance, e.pending, e.held, e.available)::api.earnings_balance
                                      ORDER BY e.currency), '{}'))::api.merchant_balance
        FROM ledger.read_earnings(v_actor) AS e);
END $$;

COMMENT ON FUNCTION api.get_merchant_balance IS
'Your earnings

For each currency: your sales minus commission, refunds and payouts (`balance`), the part of orders that are not
delivered or can still be returned (`pending`), the part held for payouts and disputes (`held`) and the part that can be
paid out (`available`). A refund after a payout can make the balance negative; later sales offset it.';

GRANT EXECUTE ON FUNCTION api.get_merchant_balance TO app_merchant;
