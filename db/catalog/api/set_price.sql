-- Sets a new price version, from now or from a later time on, until the next planned one begins. The price that is in
-- force then changes nothing.
-- Locks:  the product, so that concurrent requests run one after the other.
-- Errors: product_not_found 404, version_stale 412, valid_from_in_past, currency_unknown,
--         variant_required 422, price_planned 409.
CREATE FUNCTION api.set_price(
    product_id uuid, price api.price, currency api.currency, valid_from timestamptz DEFAULT NULL,
    if_match bigint DEFAULT NULL
)
RETURNS api.price_version
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_product catalog.products;
    v_price   catalog.prices;
BEGIN
    v_product := catalog.lock_own_product(set_price.product_id, v_actor, set_price.if_match);
    IF v_product.kind = 'parent' THEN
        PERFORM catalog.require_variant(v_product.id);
    END IF;
    v_price := catalog.add_price_version(v_product.id, set_price.price, set_price.currency, set_price.valid_from,
                                         v_actor);
    RETURN ROW(
        v_price.amount, v_price.currency, lower(v_price.valid), upper(v_price.valid), v_price.version
    )::api.price_version;
END $$;

COMMENT ON FUNCTION api.set_price IS
'Set a price

A new version, from now or from `valid_from` on, until the next planned price begins: planned prices stay. The same
price again changes nothing. Past versions stay: orders and the price history refer to them.';

GRANT EXECUTE ON FUNCTION api.set_price TO app_merchant;
