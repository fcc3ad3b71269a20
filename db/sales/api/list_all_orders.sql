-- The orders of all customers, newest first, for customer service.
-- Errors: cursor_invalid 422.
CREATE FUNCTION api.list_all_orders(
    status api.order_status DEFAULT NULL, account uuid DEFAULT NULL, "from" timestamptz DEFAULT NULL,
    "to" timestamptz DEFAULT NULL, payment_status api.order_payment_status DEFAULT NULL,
    fulfilment_status api.fulfilment_status DEFAULT NULL, "limit" api.page_limit DEFAULT 20,
    cursor api.page_cursor DEFAULT NULL, email api.email DEFAULT NULL
)
RETURNS api.order_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    RETURN api.render_order_page(
        api.render_orders(sales.find_orders(
            list_all_orders.account, list_all_orders.status, list_all_orders.payment_status,
            list_all_orders.fulfilment_status, list_all_orders."from", list_all_orders."to",
            messaging.cursor_before(list_all_orders.cursor), list_all_orders."limit" + 1,
            CASE WHEN list_all_orders.email IS NOT NULL THEN sales.find_orders_by_email(list_all_orders.email) END)),
        list_all_orders."limit");
END $$;

COMMENT ON FUNCTION api.list_all_orders IS
'List all orders

Newest first. `from` is inclusive, `to` is exclusive. To be packed are orders with the `fulfilment_status` unfulfilled
or partly_shipped and the `payment_status` paid or partly_refunded. `email` finds the orders that guests
placed with it and those of the account that has it, at most the newest 1,000.';

GRANT EXECUTE ON FUNCTION api.list_all_orders TO app_support;
