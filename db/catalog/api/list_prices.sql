-- The price versions of a product, newest first; with as_of those in force at that time.
-- Errors: product_not_found 404, cursor_invalid 422.
CREATE FUNCTION api.list_prices(
    product_id uuid, as_of timestamptz DEFAULT NULL, currency api.currency DEFAULT NULL,
    "limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL
)
RETURNS api.price_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_after CONSTANT jsonb := messaging.decode_cursor(list_prices.cursor);
    v_rows  api.price_version[];
BEGIN
    IF NOT EXISTS (SELECT FROM catalog.products AS p WHERE p.id = list_prices.product_id AND p.deleted_at IS NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'product_not_found',
            MESSAGE = 'There is no such product.';
    END IF;
    SELECT array_agg(ROW(r.amount, r.currency, lower(r.valid), upper(r.valid), r.version)::api.price_version
                     ORDER BY lower(r.valid) DESC, r.currency)
    INTO v_rows
    FROM (
        SELECT * FROM catalog.prices AS q
        WHERE q.product_id = list_prices.product_id
          AND (list_prices.currency IS NULL OR q.currency = list_prices.currency::char(3))
          AND (list_prices.as_of IS NULL OR q.valid @> list_prices.as_of)
          AND (v_after IS NULL OR lower(q.valid) < (v_after ->> 'at')::timestamptz
               OR lower(q.valid) = (v_after ->> 'at')::timestamptz AND q.currency > (v_after ->> 'currency')::char(3))
        ORDER BY lower(q.valid) DESC, q.currency LIMIT list_prices."limit" + 1
    ) AS r;
    RETURN ROW(coalesce(v_rows[1:list_prices."limit"], '{}'),
               CASE WHEN cardinality(v_rows) > list_prices."limit" THEN messaging.encode_cursor(jsonb_build_object(
                   'at', (v_rows[list_prices."limit"]).valid_from,
                   'currency', (v_rows[list_prices."limit"]).currency)) END)::api.price_page;
END $$;

COMMENT ON FUNCTION api.list_prices IS
'The price history of a product

Newest first; with `as_of` those in force at that time.';

GRANT EXECUTE ON FUNCTION api.list_prices TO app_anonymous;
