-- Locks one of an account's own orders that can still be edited.
-- Callers:   modify_order, delete_product_in_order.
-- Locks:     the order. (change_lines cancels its open payments after the stock, because of the lock order.)
-- Errors:    order_not_found 404, order_not_pending 409, version_stale 412.
CREATE OR REPLACE FUNCTION sales.lock_pending_order(order_id uuid, account_id uuid, if_match bigint DEFAULT NULL)
RETURNS sales.orders
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_order sales.orders;
BEGIN
    SELECT * INTO v_order FROM sales.orders AS o
    WHERE o.id = lock_pending_order.order_id AND o.account_id = lock_pending_order.account_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'order_not_found', MESSAGE = 'There is no such order.';
    ELSIF lock_pending_order.if_match <> v_order.version THEN
        RAISE EXCEPTION USING ERRCODE = 'SH412', CONSTRAINT = 'version_stale',
            MESSAGE = 'The order has changed since you read it.', HINT = 'Read it again, then repeat your change.';
    ELSIF v_order.status <> 'pending' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_not_pending',
            MESSAGE = format('The order is %s and can no longer be changed.', v_order.status);
    END IF;
    RETURN v_order;
END $$;

GRANT EXECUTE ON FUNCTION sales.lock_pending_order TO store_api;
