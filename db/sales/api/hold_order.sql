-- Puts an order on hold: until it is released, nothing of it is shipped, and its merchants' earnings stay pending.
-- Locks:  the order.
-- Errors: own_account_refused 403; order_not_found 404, order_not_holdable 409.
CREATE FUNCTION api.hold_order(order_id uuid, reason api.short_text)
RETURNS api."order"
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_order sales.orders;
BEGIN
    v_order := fulfilment.lock_order(hold_order.order_id);
    PERFORM identity.refuse_own_account(v_order.account_id);
    IF v_order.status = 'cancelled' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_not_holdable',
            MESSAGE = 'This order is cancelled, so nothing is left to hold.';
    END IF;
    INSERT INTO sales.order_holds (order_id, cause, reason, held_by)
    VALUES (v_order.id, 'support', hold_order.reason, v_actor);
    PERFORM sales.follow_holds(v_order.id);
    RETURN api.render_order(o) FROM sales.orders AS o WHERE o.id = v_order.id;
END $$;

COMMENT ON FUNCTION api.hold_order IS
'Put an order on hold

An order on hold is not shipped, and no carrier is asked for its parcels, until it is released; what it
brings its merchants is not paid out. It can still be paid, cancelled and refunded. The customer can read the
`reason`.';

GRANT EXECUTE ON FUNCTION api.hold_order TO app_support;
