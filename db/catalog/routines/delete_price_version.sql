-- Deletes a price version that has not begun. The one before goes on until the next begins.
-- Callers:   api.delete_price, api.delete_bundle_price.
-- Locks:     none. The caller holds the product.
-- Errors:    price_not_found 404, price_begun 409, currency_missing 422.
CREATE OR REPLACE FUNCTION catalog.delete_price_version(product_id uuid, version bigint, currency text, actor_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_found CONSTANT char(3)[] := ARRAY(
        SELECT q.currency FROM catalog.prices AS q
        WHERE q.product_id = delete_price_version.product_id
          AND q.version = delete_price_version.version
          AND (delete_price_version.currency IS NULL OR q.currency = delete_price_version.currency::char(3))
        ORDER BY q.currency);
    v_price catalog.prices;
BEGIN
    IF v_found = '{}' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'price_not_found', MESSAGE = 'There is no such price.';
    ELSIF cardinality(v_found) > 1 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'currency_missing',
            MESSAGE = 'There is a price with this version in several currencies.',
            HINT = 'Send the currency.', DETAIL = json_build_object('currencies', v_found)::text;
    END IF;
    -- Not now(): it may have begun while this waited for the product.
    DELETE FROM catalog.prices AS q
    WHERE q.product_id = delete_price_version.product_id
      AND q.currency = v_found[1]
      AND q.version = delete_price_version.version
      AND lower(q.valid) > clock_timestamp()
    RETURNING q.* INTO v_price;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'price_begun',
            MESSAGE = 'Only a planned price can be deleted.',
            HINT = 'Set another price: the history stays.';
    END IF;
    UPDATE catalog.prices AS q SET valid = tstzrange(lower(q.valid), upper(v_price.valid))
    WHERE q.product_id = v_price.product_id AND q.currency = v_price.currency AND upper(q.valid) = lower(v_price.valid);
    UPDATE catalog.products AS p SET version = p.version + 1 WHERE p.id = v_price.product_id;
    PERFORM messaging.record_event('product.price_deleted', NULL, delete_price_version.actor_id, jsonb_build_object(
        'product_id', v_price.product_id, 'price', v_price.amount, 'currency', v_price.currency,
        'valid_from', lower(v_price.valid)));
END $$;

GRANT EXECUTE ON FUNCTION catalog.delete_price_version TO store_api;
