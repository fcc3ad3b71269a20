-- Says that an order was shipped.
-- Locks:  the order.
-- Errors: order_not_found 404, order_transition_refused 409 (it is not paid).
CREATE FUNCTION api.ship_order(order_id uuid)
RETURNS api."order"
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_order sales.orders;
BEGIN
    UPDATE sales.orders AS o SET status = 'shipped', version = o.version + 1 WHERE o.id = ship_order.order_id RETURNING * INTO v_order;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'order_not_found', MESSAGE = 'There is no such order.';
    END IF;
    PERFORM messaging.record_event('order.shipped', v_order.id, v_order.account_id);
    PERFORM messaging.enqueue_mail('order_shipped', v_order.account_id, jsonb_build_object('order_id', v_order.id));
    RETURN api.render_order(v_order);
END $$;

COMMENT ON FUNCTION api.ship_order IS
'Mark an order as shipped';

GRANT EXECUTE ON FUNCTION api.ship_order TO app_support;
