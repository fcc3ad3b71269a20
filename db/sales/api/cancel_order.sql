-- Cancels one of the caller's own orders: its stock is released, open payments are cancelled, money is refunded.
-- Locks:  the order, stock rows in product order, its payments.
-- Errors: order_not_found 404, order_not_cancellable 409.
CREATE FUNCTION api.cancel_order(order_id uuid, reason api.short_text DEFAULT NULL)
RETURNS api."order"
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    PERFORM FROM sales.orders AS o WHERE o.id = cancel_order.order_id AND o.account_id = v_actor FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'order_not_found', MESSAGE = 'There is no such order.';
    END IF;
    -- 'expired' is the clock's word: late money takes such an order up again, not one that a person cancelled.
    PERFORM sales.cancel_order(cancel_order.order_id, coalesce(nullif(cancel_order.reason, 'expired'), 'customer'));
    RETURN api.render_order(o) FROM sales.orders AS o WHERE o.id = cancel_order.order_id;
END $$;

COMMENT ON FUNCTION api.cancel_order IS
'Cancel an order

Possible while it is pending or paid. Its stock is released and its money is refunded.';

GRANT EXECUTE ON FUNCTION api.cancel_order TO app_guest;
