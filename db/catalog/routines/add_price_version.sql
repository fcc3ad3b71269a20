-- Adds a price version, from now or from a later time on. The previous version ends where the new one begins; versions
-- in that currency that would begin later are replaced.
-- Callers:   api.set_price, api.set_bundle_price.
-- Locks:     none. The caller holds the product, so that concurrent requests run one after the other.
-- Errors:    valid_from_in_past, currency_unknown 422.
CREATE OR REPLACE FUNCTION catalog.add_price_version(
    product_id uuid, price bigint, currency text, valid_from timestamptz, actor_id uuid
)
RETURNS catalog.prices
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- The clock is read after the lock was taken, so a price that waited for another one begins after it. now() would
    -- be earlier.
    v_from    CONSTANT timestamptz := coalesce(add_price_version.valid_from, clock_timestamp());
    v_price   catalog.prices;
    v_version bigint;
BEGIN
    PERFORM catalog.require_currency(add_price_version.currency);
    IF add_price_version.valid_from < now() OR NOT isfinite(add_price_version.valid_from) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'valid_from_in_past',
            MESSAGE = 'A price cannot begin in the past.',
            HINT = 'Leave valid_from out to begin now.';
    END IF;
    SELECT coalesce(max(q.version), 0) + 1 INTO v_version FROM catalog.prices AS q
    WHERE q.product_id = add_price_version.product_id AND q.currency = add_price_version.currency::char(3);
    DELETE FROM catalog.prices AS q
    WHERE q.product_id = add_price_version.product_id
      AND q.currency = add_price_version.currency::char(3)
      AND lower(q.valid) >= v_from;
    UPDATE catalog.prices AS q SET valid = tstzrange(lower(q.valid), v_from)
    WHERE q.product_id = add_price_version.product_id
      AND q.currency = add_price_version.currency::char(3)
      AND q.valid @> v_from;
    INSERT INTO catalog.prices AS q (product_id, currency, version, amount, valid, created_by)
    VALUES (add_price_version.product_id, add_price_version.currency, v_version, add_price_version.price,
            tstzrange(v_from, NULL), add_price_version.actor_id)
    RETURNING q.* INTO STRICT v_price;
    UPDATE catalog.products AS p SET version = p.version + 1 WHERE p.id = add_price_version.product_id;
    PERFORM messaging.record_event('product.price_changed', NULL, add_price_version.actor_id, jsonb_build_object(
        'product_id', add_price_version.product_id, 'price', v_price.amount, 'currency', v_price.currency,
        'valid_from', v_from));
    RETURN v_price;
END $$;

GRANT EXECUTE ON FUNCTION catalog.add_price_version TO store_api;
