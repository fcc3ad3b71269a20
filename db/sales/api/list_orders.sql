-- The caller's own orders, newest first.
-- Errors: cursor_invalid 422.
CREATE FUNCTION api.list_orders(
    status api.order_status DEFAULT NULL, payment_status api.order_payment_status DEFAULT NULL,
    fulfilment_status api.fulfilment_status DEFAULT NULL, "limit" api.page_limit DEFAULT 20,
    cursor api.page_cursor DEFAULT NULL
)
RETURNS api.order_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    RETURN api.render_order_page(
        api.render_orders(sales.find_orders(
            v_actor, list_orders.status, list_orders.payment_status, list_orders.fulfilment_status, NULL, NULL,
            messaging.cursor_before(list_orders.cursor), list_orders."limit" + 1)),
        list_orders."limit");
END $$;

COMMENT ON FUNCTION api.list_orders IS
'List your orders

Newest first, optionally of one `status`, `payment_status` or `fulfilment_status`.';

GRANT EXECUTE ON FUNCTION api.list_orders TO app_guest;
