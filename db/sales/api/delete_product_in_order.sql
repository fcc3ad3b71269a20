-- Removes a line from a pending order: releases its stock, updates the total. Removing the last line cancels the order.
-- Locks:  the order, the product's stock row, the order's payments.
-- Errors: order_not_found, order_item_not_found 404; order_not_pending, order_partly_paid 409; version_stale 412.
CREATE FUNCTION api.delete_product_in_order(order_id uuid, item_id uuid, if_match bigint DEFAULT NULL)
RETURNS api."order"
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_order      sales.orders;
    v_item       sales.order_items;
BEGIN
    v_order := sales.lock_pending_order(delete_product_in_order.order_id, v_actor, delete_product_in_order.if_match);
    SELECT * INTO v_item FROM sales.order_items AS i
    WHERE i.id = delete_product_in_order.item_id AND i.order_id = v_order.id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'order_item_not_found',
            MESSAGE = 'There is no such line in this order.';
    END IF;
    PERFORM sales.change_lines(v_order.id, ARRAY[v_item.product_id], ARRAY[0::bigint], ARRAY[v_item.bundle]);
    RETURN api.render_order(o) FROM sales.orders AS o WHERE o.id = v_order.id;
END $$;

COMMENT ON FUNCTION api.delete_product_in_order IS
'Remove a line from a pending order

Its stock is released. Removing the last line cancels the order.';

GRANT EXECUTE ON FUNCTION api.delete_product_in_order TO app_customer;
