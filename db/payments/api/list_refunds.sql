-- The refunds of a payment, newest first.
-- Errors: payment_not_found 404, cursor_invalid 422.
CREATE FUNCTION api.list_refunds(
    payment_id uuid, "limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL
)
RETURNS api.refund_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_before CONSTANT uuid := messaging.cursor_before(list_refunds.cursor);
    v_found  api.refund[];
BEGIN
    IF NOT EXISTS (SELECT FROM payments.payments AS p WHERE p.id = list_refunds.payment_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'payment_not_found',
            MESSAGE = 'There is no such payment.';
    END IF;

    SELECT array_agg(api.render_refund(q) ORDER BY q.id DESC) INTO v_found
    FROM (
        SELECT * FROM payments.refunds AS p
        WHERE p.payment_id = list_refunds.payment_id AND p.id < v_before
        ORDER BY p.id DESC LIMIT list_refunds."limit" + 1
    ) AS q;
    RETURN ROW(
        coalesce(v_found[1:list_refunds."limit"], '{}'),
        CASE WHEN cardinality(v_found) > list_refunds."limit"
             THEN messaging.encode_cursor(jsonb_build_object('id', (v_found[list_refunds."limit"]).id)) END
    )::api.refund_page;
END $$;

COMMENT ON FUNCTION api.list_refunds IS
'The refunds of a payment

Newest first, including automatic ones.';

GRANT EXECUTE ON FUNCTION api.list_refunds TO app_support;
