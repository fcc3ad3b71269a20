-- Sets a new price version of a bundle, from now or from a later time on, until the next planned one begins. The price
-- that is in force then changes nothing.
-- Locks:  the bundle.
-- Errors: bundle_not_found 404, version_stale 412, valid_from_in_past, currency_unknown 422,
--         price_planned 409.
CREATE FUNCTION api.set_bundle_price(
    bundle_id uuid, price api.price, currency api.currency, valid_from timestamptz DEFAULT NULL,
    if_match bigint DEFAULT NULL
)
RETURNS api.price_version
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_bundle catalog.products;
    v_price  catalog.prices;
BEGIN
    v_bundle := catalog.lock_own_product(set_bundle_price.bundle_id, v_actor, set_bundle_price.if_match,
                                         bundle => true);
    v_price := catalog.add_price_version(v_bundle.id, set_bundle_price.price, set_bundle_price.currency,
                                         set_bundle_price.valid_from, v_actor);
    RETURN ROW(
        v_price.amount, v_price.currency, lower(v_price.valid), upper(v_price.valid), v_price.version
    )::api.price_version;
END $$;

COMMENT ON FUNCTION api.set_bundle_price IS
'Set the price of a bundle

A new version, from now or from `valid_from` on, until the next planned price begins: planned prices stay. The same
price again changes nothing. Past versions stay: orders and the price history refer to them.';

GRANT EXECUTE ON FUNCTION api.set_bundle_price TO app_merchant;
