-- Records that the caller's products are exported: export_products reads only, and cannot.
-- Callers:   the web tier, in the transaction of the export.
-- Locks:     none: it only inserts.
CREATE FUNCTION api.begin_product_export()
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    PERFORM audit.record_security_event('products_exported', v_actor);
END $$;

COMMENT ON FUNCTION api.begin_product_export IS
'Begin an export of your products

For the web tier: the security event.';

GRANT EXECUTE ON FUNCTION api.begin_product_export TO app_merchant;
