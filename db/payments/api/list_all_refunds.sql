-- All refunds of the shop, newest first.
-- Errors: cursor_invalid 422.
CREATE FUNCTION api.list_all_refunds(
    status api.refund_status DEFAULT NULL, "limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL
)
RETURNS api.refund_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_before CONSTANT uuid := messaging.cursor_before(list_all_refunds.cursor);
    v_found  api.refund[];
BEGIN
    SELECT array_agg(api.render_refund(q) ORDER BY q.id DESC) INTO v_found
    FROM (
        SELECT * FROM payments.refunds AS r
        WHERE (list_all_refunds.status IS NULL OR r.status = list_all_refunds.status) AND r.id < v_before
        ORDER BY r.id DESC LIMIT list_all_refunds."limit" + 1
    ) AS q;
    RETURN ROW(
        coalesce(v_found[1:list_all_refunds."limit"], '{}'),
        CASE WHEN cardinality(v_found) > list_all_refunds."limit"
             THEN messaging.encode_cursor(jsonb_build_object('id', (v_found[list_all_refunds."limit"]).id)) END
    )::api.refund_page;
END $$;

COMMENT ON FUNCTION api.list_all_refunds IS
'The shop''s refunds

Newest first, optionally of one `status`. Those that `failed` can be retried or settled in another way. Among them is
money that a dispute brought back after its order was cancelled or paid anew (`failure_code` won_back).';

GRANT EXECUTE ON FUNCTION api.list_all_refunds TO app_support;
