-- Sets the quantities of the listed products in a pending order: 0 removes a line, a product that was not in the order
-- is added. Lines keep the price they were sold at; a new product gets today's price. Stock changes by the difference.
-- An open payment is cancelled first, since it would pay the old total; an order left without lines is cancelled.
-- Locks:  the order, stock rows in product order, its payments.
-- Errors: order_not_found 404, order_not_pending 409, order_partly_paid 409, version_stale 412, and those of
--         create_order.
CREATE FUNCTION api.modify_order(order_id uuid, items api.order_changes, if_match bigint DEFAULT NULL)
RETURNS api."order"
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_order sales.orders;
BEGIN
    v_order := sales.lock_pending_order(modify_order.order_id, v_actor, modify_order.if_match);
    PERFORM sales.require_one_id(ARRAY(SELECT i.product_id FROM unnest(modify_order.items) AS i),
                                 ARRAY(SELECT i.bundle_id FROM unnest(modify_order.items) AS i));
    PERFORM sales.change_lines(v_order.id,
                               ARRAY(SELECT coalesce(i.product_id, i.bundle_id) FROM unnest(modify_order.items) AS i),
                               ARRAY(SELECT i.quantity::bigint FROM unnest(modify_order.items) AS i),
                               ARRAY(SELECT i.bundle_id IS NOT NULL FROM unnest(modify_order.items) AS i));
    RETURN api.render_order(o) FROM sales.orders AS o WHERE o.id = v_order.id;
END $$;

COMMENT ON FUNCTION api.modify_order IS
'Modify a pending order

Listed products get the given quantity (0 removes the line), unlisted lines stay. Prices of existing lines stay. Open
payments are cancelled: begin a new one for the new total.';

GRANT EXECUTE ON FUNCTION api.modify_order TO app_customer;
