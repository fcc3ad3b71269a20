-- What an order's row says of its money; in_flight is the status of an attempt that has not brought money yet
-- (processing or authorized), and counts while the order is not paid. Inlined into the queries that ask: no SET.
-- Callers:   list_merchant_lines, api.render_order, api.render_orders. (find_orders says the same in conditions.)
CREATE OR REPLACE FUNCTION sales.payment_status(o sales.orders, in_flight text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN o.amount_refunded > 0 AND o.amount_refunded = o.amount_paid THEN 'refunded'
    WHEN o.amount_refunded > 0 THEN 'partly_refunded'
    WHEN o.paid_at IS NOT NULL THEN 'paid'
    ELSE coalesce(in_flight, CASE WHEN o.amount_paid > 0 THEN 'partly_paid' ELSE 'unpaid' END)
END;

GRANT EXECUTE ON FUNCTION sales.payment_status TO store_api;
