-- All shipping methods with all of their rates, including disabled ones.
CREATE FUNCTION api.list_all_shipping_methods()
RETURNS api.shipping_method_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    RETURN ROW(
        ARRAY(SELECT api.render_shipping_method(m) FROM sales.shipping_methods AS m ORDER BY m.id), NULL
    )::api.shipping_method_page;
END $$;

COMMENT ON FUNCTION api.list_all_shipping_methods IS
'List all shipping methods

With their rates, including disabled methods.';

GRANT EXECUTE ON FUNCTION api.list_all_shipping_methods TO app_support;
