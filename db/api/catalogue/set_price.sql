-- A new price version, from now or from a moment to come. The version before it ends where the new one begins; versions that would begin
-- later, in that currency, are replaced by it.
-- Locks:  the product, so that two at once take turns.
-- Errors: product_not_found 404, version_stale 412, valid_from_in_past, currency_unknown 422.
CREATE FUNCTION api.set_price(
    product_id uuid, price api.price, currency api.currency, valid_from timestamptz DEFAULT NULL, if_match bigint DEFAULT NULL
)
RETURNS api.price_version
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_from    timestamptz;
    v_product catalog.products;
    v_version bigint;
BEGIN
    v_product := catalog.lock_own_product(set_price.product_id, v_actor, set_price.if_match);
    PERFORM catalog.require_currency(set_price.currency);
    -- Not now(), and not before the lock: a price that waited for another begins after it.
    v_from := coalesce(set_price.valid_from, clock_timestamp());
    IF set_price.valid_from < now() OR NOT isfinite(set_price.valid_from) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'valid_from_in_past',
            MESSAGE = 'A price cannot begin in the past: what was sold was sold.', HINT = 'Leave valid_from out to begin now.';
    END IF;
    SELECT coalesce(max(q.version), 0) + 1 INTO v_version FROM catalog.prices AS q
    WHERE q.product_id = v_product.id AND q.currency = set_price.currency::char(3);
    DELETE FROM catalog.prices AS q
    WHERE q.product_id = v_product.id AND q.currency = set_price.currency::char(3) AND lower(q.valid) >= v_from;
    UPDATE catalog.prices AS q SET valid = tstzrange(lower(q.valid), v_from)
    WHERE q.product_id = v_product.id AND q.currency = set_price.currency::char(3) AND q.valid @> v_from;
    INSERT INTO catalog.prices (product_id, currency, version, amount, valid, created_by)
    VALUES (v_product.id, set_price.currency, v_version, set_price.price, tstzrange(v_from, NULL), v_actor);
    UPDATE catalog.products AS p SET version = p.version + 1 WHERE p.id = v_product.id;
    PERFORM messaging.record_event('product.price_changed', NULL, v_actor, jsonb_build_object(
        'product_id', v_product.id, 'price', set_price.price, 'currency', set_price.currency, 'valid_from', v_from));
    RETURN ROW(set_price.price, set_price.currency, v_from, NULL, v_version)::api.price_version;
END $$;

COMMENT ON FUNCTION api.set_price IS
'Set a price

A new version from now on, or from valid_from. Past versions stay: orders and history refer to them.';

GRANT EXECUTE ON FUNCTION api.set_price TO app_merchant;
