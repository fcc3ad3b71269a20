-- Deletes a planned price of a product; the price before it goes on.
-- Locks:  the product.
-- Errors: product_not_found 404, version_stale 412; those of delete_price_version().
CREATE FUNCTION api.delete_price(
    product_id uuid, version bigint, currency api.currency DEFAULT NULL, if_match bigint DEFAULT NULL
)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    PERFORM catalog.lock_own_product(delete_price.product_id, v_actor, delete_price.if_match);
    PERFORM catalog.delete_price_version(delete_price.product_id, delete_price.version, delete_price.currency, v_actor);
END $$;

COMMENT ON FUNCTION api.delete_price IS
'Delete a planned price

The price before it goes on until the next planned one begins. A price that is in force or past stays. Versions are
counted in each currency: `currency` says which one, if several have this version.';

GRANT EXECUTE ON FUNCTION api.delete_price TO app_merchant;
