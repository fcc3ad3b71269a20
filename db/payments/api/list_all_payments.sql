-- All payments of the shop, newest first.
-- Errors: cursor_invalid 422.
CREATE FUNCTION api.list_all_payments(
    provider api.provider DEFAULT NULL, status api.attempt_status DEFAULT NULL, risk api.risk_level DEFAULT NULL,
    "limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL
)
RETURNS api.payment_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_before CONSTANT uuid := messaging.cursor_before(list_all_payments.cursor);
    v_found  api.payment[];
BEGIN
    SELECT array_agg(api.render_payment(p, v_actor) ORDER BY p.id DESC) INTO v_found
    FROM unnest(payments.find_payments(list_all_payments.provider, list_all_payments.status, list_all_payments.risk,
                                       v_before, list_all_payments."limit" + 1)) AS p;
    RETURN ROW(
        coalesce(v_found[1:list_all_payments."limit"], '{}'),
        CASE WHEN cardinality(v_found) > list_all_payments."limit"
             THEN messaging.encode_cursor(jsonb_build_object('id', (v_found[list_all_payments."limit"]).id)) END
    )::api.payment_page;
END $$;

COMMENT ON FUNCTION api.list_all_payments IS
'The shop''s payments

Newest first, optionally of one `provider`, `status` or `risk`.';

GRANT EXECUTE ON FUNCTION api.list_all_payments TO app_support;
