-- Raises an error if an order is not the caller's, as api.get_order does. Not an endpoint.
-- Callers:   api.open_order_stream, api.stream_order.
-- Errors:    order_not_found 404.
CREATE FUNCTION api.require_own_order(order_id uuid, actor uuid)
RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM sales.orders AS o
                   WHERE o.id = require_own_order.order_id AND o.account_id = require_own_order.actor) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'order_not_found', MESSAGE = 'There is no such order.';
    END IF;
END $$;
