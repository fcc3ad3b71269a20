-- The returns of an order, newest first: customers see their own, staff see any.
-- Errors: order_not_found 404, cursor_invalid 422.
CREATE FUNCTION api.list_returns(order_id uuid, "limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL)
RETURNS api.order_return_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    IF NOT EXISTS (SELECT FROM sales.orders AS o WHERE o.id = list_returns.order_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'order_not_found', MESSAGE = 'There is no such order.';
    END IF;
    RETURN api.render_return_page(
        fulfilment.find_returns(list_returns.order_id, NULL, messaging.cursor_before(list_returns.cursor),
                                list_returns."limit" + 1),
        list_returns."limit");
END $$;

COMMENT ON FUNCTION api.list_returns IS
'The returns of an order

Newest first.';

GRANT EXECUTE ON FUNCTION api.list_returns TO app_customer;
