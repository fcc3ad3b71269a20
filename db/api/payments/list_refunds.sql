-- The refunds of a payment, newest first.
-- Errors: payment_not_found 404, cursor_invalid 422.
CREATE FUNCTION api.list_refunds(payment_id uuid, "limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL)
RETURNS api.refund_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_after CONSTANT uuid := messaging.decode_cursor(list_refunds.cursor) ->> 'id';
    v_page  api.refund_page;
    v_count integer;
    v_last  uuid;
BEGIN
    IF NOT EXISTS (SELECT FROM payments.payments AS p WHERE p.id = list_refunds.payment_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'payment_not_found', MESSAGE = 'There is no such payment.';
    END IF;

    SELECT coalesce(array_agg(api.render_refund(q.refund) ORDER BY q.id DESC) FILTER (WHERE q.n <= coalesce(list_refunds."limit", 20)), '{}'),
           count(*), min(q.id::text) FILTER (WHERE q.n <= coalesce(list_refunds."limit", 20))
    INTO v_page.data, v_count, v_last
    FROM (
        SELECT r AS refund, r.id, row_number() OVER (ORDER BY r.id DESC) AS n
        FROM payments.refunds AS r
        WHERE r.payment_id = list_refunds.payment_id AND (v_after IS NULL OR r.id < v_after)
        ORDER BY r.id DESC
        LIMIT coalesce(list_refunds."limit", 20) + 1
    ) AS q;
    IF v_count > coalesce(list_refunds."limit", 20) THEN
        v_page.next_cursor := messaging.encode_cursor(jsonb_build_object('id', v_last));
    END IF;
    RETURN v_page;
END $$;

COMMENT ON FUNCTION api.list_refunds IS
'The refunds of a payment

Newest first, the automatic ones too.';

GRANT EXECUTE ON FUNCTION api.list_refunds TO app_support;
