-- A merchant's earnings by currency. `pending` is what the orders bring that are not delivered yet or can still be
-- returned; `available`, which can be paid out, is the rest of the balance without what is held. One query, so that an
-- order that is paid or refunded meanwhile counts in the balance and in what is pending, or in neither.
-- Callers:   payments.request_payout, api.get_merchant_balance.
-- Definer:   store_api cannot read what orders bring.
CREATE OR REPLACE FUNCTION ledger.read_earnings(owner_id uuid)
RETURNS TABLE (currency text, balance bigint, pending bigint, held bigint, available bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT b.currency, b.balance, w.pending, b.held, b.available - w.pending
    FROM ledger.read_balances(read_earnings.owner_id, 'earnings') AS b
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(e.amount), 0)::bigint AS pending FROM ledger.order_earnings AS e
        WHERE e.account_id = b.account_id AND e.available_from > now() AND e.amount > 0
    ) AS w
    ORDER BY b.currency;
END;

GRANT EXECUTE ON FUNCTION ledger.read_earnings TO store_api;
