-- One of the caller's own orders.
-- Errors: order_not_found 404.
CREATE FUNCTION api.get_order(order_id uuid)
RETURNS api."order"
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_order sales.orders;
BEGIN
    SELECT * INTO v_order FROM sales.orders AS o WHERE o.id = get_order.order_id AND o.account_id = v_actor;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'order_not_found', MESSAGE = 'There is no such order.';
    END IF;
    RETURN api.render_order(v_order);
END $$;

COMMENT ON FUNCTION api.get_order IS
'Get an order';

GRANT EXECUTE ON FUNCTION api.get_order TO app_guest;
