-- Differences between the gateways' books and ours, newest first.
-- Errors: cursor_invalid 422.
CREATE FUNCTION api.list_differences(
    status api.difference_status DEFAULT NULL, "limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL
)
RETURNS api.reconciliation_difference_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_before CONSTANT uuid := messaging.cursor_before(list_differences.cursor);
    v_found  api.reconciliation_difference[];
BEGIN
    SELECT array_agg(api.render_difference(q) ORDER BY q.id DESC) INTO v_found
    FROM (
        SELECT * FROM payments.reconciliation_differences AS d
        WHERE d.id < v_before
          AND (list_differences.status IS NULL
               OR list_differences.status = 'open' AND d.explained_at IS NULL
               OR list_differences.status = 'explained' AND d.explained_at IS NOT NULL)
        ORDER BY d.id DESC LIMIT list_differences."limit" + 1
    ) AS q;
    RETURN ROW(
        coalesce(v_found[1:list_differences."limit"], '{}'),
        CASE WHEN cardinality(v_found) > list_differences."limit"
             THEN messaging.encode_cursor(jsonb_build_object('id', (v_found[list_differences."limit"]).id)) END
    )::api.reconciliation_difference_page;
END $$;

COMMENT ON FUNCTION api.list_differences IS
'Where the gateways'' books and ours differ

Each is open until the books agree again or a person explains it; open ones fail `GET /invariants`. `ours` and `theirs`
are what was captured, refunded, disputed or kept as a fee of a payment, in minor units. `unknown_payment` is money at
the gateway that belongs to no payment, `unknown_event` a callback that matched nothing (`theirs`: what the gateway says
of it), `unknown_movement` an entry of its books beside payments that is not booked by itself; `reference` names it.';

GRANT EXECUTE ON FUNCTION api.list_differences TO app_support;
