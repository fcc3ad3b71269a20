-- Adds a price version, from now or from a later time on. The version before ends where it begins, and it ends where
-- the next planned one begins: plans stay. The price that is in force (or planned) then changes nothing.
-- Callers:   api.create_bundle, api.set_price, api.set_bundle_price.
-- Locks:     none. The caller holds the product, so that concurrent requests run one after the other.
-- Errors:    valid_from_in_past, currency_unknown 422; price_planned 409.
CREATE OR REPLACE FUNCTION catalog.add_price_version(
    product_id uuid, price bigint, currency text, valid_from timestamptz, actor_id uuid
)
RETURNS catalog.prices
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- The clock is read after the lock was taken, so a price that waited for another one begins after it. now() would
    -- be earlier.
    v_from    CONSTANT timestamptz := coalesce(add_price_version.valid_from, clock_timestamp());
    v_present catalog.prices;
    v_price   catalog.prices;
    v_version bigint;
BEGIN
    PERFORM catalog.require_currency(add_price_version.currency);
    IF add_price_version.valid_from < now() OR NOT isfinite(add_price_version.valid_from) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'valid_from_in_past',
            MESSAGE = 'A price cannot begin in the past.',
            HINT = 'Leave valid_from out to begin now.';
    END IF;
    SELECT * INTO v_present FROM catalog.prices AS q
    WHERE q.product_id = add_price_version.product_id
      AND q.currency = add_price_version.currency::char(3)
      AND q.valid @> v_from;
    IF v_present.amount = add_price_version.price THEN
        RETURN v_present;
    ELSIF lower(v_present.valid) = v_from THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'price_planned',
            MESSAGE = 'Another price is planned from this moment on.',
            HINT = 'Delete it first.',
            DETAIL = json_build_object('version', v_present.version, 'currency', v_present.currency)::text;
    END IF;
    SELECT coalesce(max(q.version), 0) + 1 INTO v_version FROM catalog.prices AS q
    WHERE q.product_id = add_price_version.product_id AND q.currency = add_price_version.currency::char(3);
    UPDATE catalog.prices AS q SET valid = tstzrange(lower(q.valid), v_from)
    WHERE q.product_id = add_price_version.product_id
      AND q.currency = add_price_version.currency::char(3)
      AND q.version = v_present.version;
    INSERT INTO catalog.prices AS q (product_id, currency, version, amount, valid, created_by)
    SELECT add_price_version.product_id, add_price_version.currency, v_version, add_price_version.price,
           tstzrange(v_from, min(lower(n.valid))), add_price_version.actor_id
    FROM catalog.prices AS n
    WHERE n.product_id = add_price_version.product_id
      AND n.currency = add_price_version.currency::char(3)
      AND lower(n.valid) > v_from
    RETURNING q.* INTO STRICT v_price;
    UPDATE catalog.products AS p SET version = p.version + 1 WHERE p.id = add_price_version.product_id;
    PERFORM messaging.record_event('product.price_changed', NULL, add_price_version.actor_id, jsonb_build_object(
        'product_id', add_price_version.product_id, 'price', v_price.amount, 'currency', v_price.currency,
        'valid_from', v_from));
    RETURN v_price;
END $$;

GRANT EXECUTE ON FUNCTION catalog.add_price_version TO store_api;
