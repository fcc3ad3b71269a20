-- The version of the seller at a given time; before the first version, the first one.
-- Callers:   issue_invoice, sales.price_order.
CREATE OR REPLACE FUNCTION billing.seller_at(at timestamptz)
RETURNS billing.sellers
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT s FROM billing.sellers AS s
    ORDER BY CASE WHEN s.created_at <= seller_at.at THEN s.version ELSE -s.version END DESC
    LIMIT 1;
END;

GRANT EXECUTE ON FUNCTION billing.seller_at TO store_api;
