-- A page of the price versions of a product or bundle, newest first; with as_of those in force at that time. What is
-- planned, and when the present price ends, is for its merchant and staff: for others a time to come is now.
-- Callers:   api.list_prices, api.list_bundle_prices.
-- Errors:    product_not_found, bundle_not_found 404, cursor_invalid 422; with a token those of authenticate().
CREATE OR REPLACE FUNCTION catalog.list_price_versions(
    product_id uuid, bundle boolean, as_of timestamptz, currency text, "limit" integer, cursor text
)
RETURNS api.price_page
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_after    CONSTANT jsonb := messaging.decode_cursor(list_price_versions.cursor);
    v_merchant uuid;
    v_sees     timestamptz := now();    -- until when
    v_rows     api.price_version[];
BEGIN
    SELECT p.merchant_id INTO v_merchant FROM catalog.products AS p
    WHERE p.id = list_price_versions.product_id AND p.deleted_at IS NULL
      AND (p.kind = 'bundle') = list_price_versions.bundle;
    IF NOT FOUND THEN
        PERFORM catalog.refuse_product(list_price_versions.product_id, list_price_versions.bundle);
    END IF;
    IF coalesce(current_setting('app.token', true), '') <> ''
        AND (identity.authenticate() = v_merchant OR identity.is_staff())
    THEN
        v_sees := 'infinity';
    END IF;
    SELECT array_agg(ROW(r.amount, r.currency, lower(r.valid),
                         CASE WHEN upper(r.valid) <= v_sees THEN upper(r.valid) END, r.version)::api.price_version
                     ORDER BY lower(r.valid) DESC, r.currency)
    INTO v_rows
    FROM (
        SELECT * FROM catalog.prices AS q
        WHERE q.product_id = list_price_versions.product_id
          AND (list_price_versions.currency IS NULL OR q.currency = list_price_versions.currency::char(3))
          AND (list_price_versions.as_of IS NULL OR q.valid @> least(list_price_versions.as_of, v_sees))
          AND lower(q.valid) <= v_sees
          AND (v_after IS NULL OR lower(q.valid) < (v_after ->> 'at')::timestamptz
               OR lower(q.valid) = (v_after ->> 'at')::timestamptz AND q.currency > (v_after ->> 'currency')::char(3))
        ORDER BY lower(q.valid) DESC, q.currency LIMIT list_price_versions."limit" + 1
    ) AS r;
    RETURN ROW(coalesce(v_rows[1:list_price_versions."limit"], '{}'),
               CASE WHEN cardinality(v_rows) > list_price_versions."limit"
                    THEN messaging.encode_cursor(jsonb_build_object(
                        'at', (v_rows[list_price_versions."limit"]).valid_from,
                        'currency', (v_rows[list_price_versions."limit"]).currency)) END)::api.price_page;
END $$;

GRANT EXECUTE ON FUNCTION catalog.list_price_versions TO store_api;
