-- The share of each merchant in an order, with the ledger account that it is booked to.
-- Callers:   share_earnings.
CREATE OR REPLACE FUNCTION sales.list_shares(order_id uuid)
RETURNS TABLE (merchant_id uuid, account_id uuid, earnings bigint, commission bigint)
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT s.merchant_id, ledger.open_account('earnings', o.currency, owner_id => s.merchant_id), s.earnings,
           s.commission
    FROM sales.orders AS o
    CROSS JOIN LATERAL (
        SELECT l.merchant_id, sum(l.earnings)::bigint AS earnings, sum(l.commission)::bigint AS commission
        FROM sales.list_line_shares(o.id) AS l GROUP BY l.merchant_id
    ) AS s
    WHERE o.id = list_shares.order_id;
END $$;

GRANT EXECUTE ON FUNCTION sales.list_shares TO store_api;
