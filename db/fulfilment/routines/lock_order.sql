-- Locks an order. Shipments and returns change only under this lock.
-- Callers:   make_shipment and the endpoints of shipments and returns, of holds, and api.cancel_any_order.
-- Locks:     the order.
-- Errors:    order_not_found 404.
CREATE OR REPLACE FUNCTION fulfilment.lock_order(order_id uuid)
RETURNS sales.orders
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_order sales.orders;
BEGIN
    SELECT * INTO v_order FROM sales.orders AS o WHERE o.id = lock_order.order_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'order_not_found', MESSAGE = 'There is no such order.';
    END IF;
    RETURN v_order;
END $$;

GRANT EXECUTE ON FUNCTION fulfilment.lock_order TO store_api;
