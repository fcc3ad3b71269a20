-- The attempts to pay an order, newest first.
-- Errors: order_not_found 404, cursor_invalid 422.
CREATE FUNCTION api.list_payments(order_id uuid, "limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL)
RETURNS api.payment_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_before CONSTANT uuid := messaging.cursor_before(list_payments.cursor);
    v_found  api.payment[];
BEGIN
    IF NOT EXISTS (SELECT FROM sales.orders AS o WHERE o.id = list_payments.order_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'order_not_found', MESSAGE = 'There is no such order.';
    END IF;

    SELECT array_agg(api.render_payment(q, v_actor) ORDER BY q.id DESC) INTO v_found
    FROM (
        SELECT * FROM payments.payments AS p
        WHERE p.order_id = list_payments.order_id AND p.id < v_before
        ORDER BY p.id DESC LIMIT list_payments."limit" + 1
    ) AS q;
    RETURN ROW(
        coalesce(v_found[1:list_payments."limit"], '{}'),
        CASE WHEN cardinality(v_found) > list_payments."limit"
             THEN messaging.encode_cursor(jsonb_build_object('id', (v_found[list_payments."limit"]).id)) END
    )::api.payment_page;
END $$;

COMMENT ON FUNCTION api.list_payments IS
'The payments of an order

Every attempt, newest first.';

GRANT EXECUTE ON FUNCTION api.list_payments TO app_guest;
