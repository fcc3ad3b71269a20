-- What events of an order say about it (api.order_payload). Without SET, so that it is inlined.
-- Callers:   every routine that records an event `order.…`.
CREATE OR REPLACE FUNCTION sales.order_data(o sales.orders)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
RETURN jsonb_build_object('number', o.number::text, 'status', o.status, 'total', o.total, 'amount_paid', o.amount_paid,
                          'currency', o.currency);

GRANT EXECUTE ON FUNCTION sales.order_data TO store_api;
