-- The attempts to pay an order, newest first.
-- Errors: order_not_found 404, cursor_invalid 422.
CREATE FUNCTION api.list_payments(order_id uuid, "limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL)
RETURNS api.payment_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_after CONSTANT uuid := messaging.decode_cursor(list_payments.cursor) ->> 'id';
    v_page  api.payment_page;
    v_count integer;
    v_last  uuid;
BEGIN
    IF NOT EXISTS (SELECT FROM sales.orders AS o WHERE o.id = list_payments.order_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'order_not_found', MESSAGE = 'There is no such order.';
    END IF;

    SELECT coalesce(array_agg(api.render_payment(q.payment, v_actor) ORDER BY q.id DESC) FILTER (WHERE q.n <= coalesce(list_payments."limit", 20)), '{}'),
           count(*), min(q.id::text) FILTER (WHERE q.n <= coalesce(list_payments."limit", 20))
    INTO v_page.data, v_count, v_last
    FROM (
        SELECT p AS payment, p.id, row_number() OVER (ORDER BY p.id DESC) AS n
        FROM payments.payments AS p
        WHERE p.order_id = list_payments.order_id AND (v_after IS NULL OR p.id < v_after)
        ORDER BY p.id DESC
        LIMIT coalesce(list_payments."limit", 20) + 1
    ) AS q;
    IF v_count > coalesce(list_payments."limit", 20) THEN
        v_page.next_cursor := messaging.encode_cursor(jsonb_build_object('id', v_last));
    END IF;
    RETURN v_page;
END $$;

COMMENT ON FUNCTION api.list_payments IS
'The payments of an order

Every attempt, newest first.';

GRANT EXECUTE ON FUNCTION api.list_payments TO app_customer;
