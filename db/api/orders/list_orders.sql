-- The caller's own orders, newest first.
-- Errors: cursor_invalid 422.
CREATE FUNCTION api.list_orders(status api.order_status DEFAULT NULL, "limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL)
RETURNS api.order_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_before CONSTANT uuid := messaging.cursor_before(list_orders.cursor);
    v_rows   api."order"[];
BEGIN
    SELECT array_agg(api.render_order(o) ORDER BY o.id DESC) INTO v_rows
    FROM (
        SELECT * FROM sales.orders AS p
        WHERE p.account_id = v_actor AND p.id < v_before AND (list_orders.status IS NULL OR p.status = list_orders.status)
        ORDER BY p.id DESC LIMIT list_orders."limit" + 1
    ) AS o;
    RETURN api.render_order_page(v_rows, list_orders."limit");
END $$;

COMMENT ON FUNCTION api.list_orders IS
'List your orders

Newest first.';

GRANT EXECUTE ON FUNCTION api.list_orders TO app_customer;
