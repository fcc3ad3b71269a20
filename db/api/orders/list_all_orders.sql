-- Everybody's orders, newest first, for customer service.
-- Errors: cursor_invalid 422.
CREATE FUNCTION api.list_all_orders(
    status api.order_status DEFAULT NULL, account uuid DEFAULT NULL, "from" timestamptz DEFAULT NULL, "to" timestamptz DEFAULT NULL,
    "limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL
)
RETURNS api.order_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_before CONSTANT uuid := messaging.cursor_before(list_all_orders.cursor);
    v_rows   api."order"[];
BEGIN
    SELECT array_agg(api.render_order(o) ORDER BY o.id DESC) INTO v_rows
    FROM (
        SELECT * FROM sales.orders AS p
        WHERE p.id < v_before
          AND (list_all_orders.status IS NULL OR p.status = list_all_orders.status)
          AND (list_all_orders.account IS NULL OR p.account_id = list_all_orders.account)
          AND (list_all_orders."from" IS NULL OR p.created_at >= list_all_orders."from")
          AND (list_all_orders."to" IS NULL OR p.created_at < list_all_orders."to")
        ORDER BY p.id DESC LIMIT list_all_orders."limit" + 1
    ) AS o;
    RETURN api.render_order_page(v_rows, list_all_orders."limit");
END $$;

COMMENT ON FUNCTION api.list_all_orders IS
'List all orders

Newest first. from is inclusive, to is exclusive.';

GRANT EXECUTE ON FUNCTION api.list_all_orders TO app_support;
