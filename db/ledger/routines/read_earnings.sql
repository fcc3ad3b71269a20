-- A merchant's earnings by currency. `pending` is what the orders bring that are not delivered yet, can still be
-- returned or are on hold; `available`, which can be paid out, is the rest of the balance without what is held. One
-- query, so that an order that is paid or refunded meanwhile counts in the balance and in what is pending, or in
-- neither.
-- Callers:   payments.request_payout, api.get_merchant_balance.
-- Definer:   store_api cannot read what orders bring.
CREATE OR REPLACE FUNCTION ledger.read_earnings(owner_id uuid)
RETURNS TABLE (currency text, balance bigint, pending bigint, held bigint, available bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT b.currency, b.balance, w.pending + h.pending, b.held, b.available - w.pending - h.pending
    FROM ledger.read_balances(read_earnings.owner_id, 'earnings') AS b
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(e.amount), 0)::bigint AS pending FROM ledger.order_earnings AS e
        WHERE e.account_id = b.account_id AND e.available_from > now() AND e.amount > 0
    ) AS w
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(e.amount), 0)::bigint AS pending
        FROM (SELECT DISTINCT o.order_id FROM sales.order_holds AS o WHERE o.released_at IS NULL) AS o
        JOIN sales.orders AS s ON s.id = o.order_id AND s.hold_reason IS NOT NULL
        JOIN ledger.order_earnings AS e ON e.order_id = o.order_id AND e.account_id = b.account_id
        WHERE e.available_from <= now() AND e.amount > 0
    ) AS h
    ORDER BY b.currency;
END;

GRANT EXECUTE ON FUNCTION ledger.read_earnings TO store_api;
