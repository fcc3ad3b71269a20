-- Bundles on sale, newest first.
-- Errors: cursor_invalid 422.
CREATE FUNCTION api.list_bundles(
    currency api.currency DEFAULT NULL, "limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL
)
RETURNS api.bundle_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_before CONSTANT uuid := messaging.cursor_before(list_bundles.cursor);
    v_rows   api.bundle[];
    v_shown  integer := list_bundles."limit";
BEGIN
    SELECT array_agg(api.render_bundle(p, list_bundles.currency) ORDER BY p.id DESC) INTO v_rows
    FROM (
        SELECT * FROM catalog.products AS o
        WHERE o.kind = 'bundle' AND o.deleted_at IS NULL AND o.id < v_before
          AND o.merchant_id <> ALL (ARRAY(SELECT m.account_id FROM catalog.stopped_merchants AS m))
        ORDER BY o.id DESC LIMIT list_bundles."limit" + 1
    ) AS p;
    IF pg_column_size(v_rows) > 1048576 THEN
        v_shown := least(v_shown, messaging.fit_page(ARRAY(SELECT pg_column_size(r) FROM unnest(v_rows) AS r)));
    END IF;
    RETURN ROW(coalesce(v_rows[1:v_shown], '{}'),
               CASE WHEN cardinality(v_rows) > v_shown
                    THEN messaging.encode_cursor(jsonb_build_object('id', (v_rows[v_shown]).id)) END)::api.bundle_page;
END $$;

COMMENT ON FUNCTION api.list_bundles IS
'List bundles

Newest first. `price` is null for bundles that are not sold in the given currency.';

GRANT EXECUTE ON FUNCTION api.list_bundles TO app_anonymous;
