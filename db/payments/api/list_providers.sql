-- The ways of paying that this shop knows, with their settings.
CREATE FUNCTION api.list_providers()
RETURNS api.payment_provider_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    RETURN ROW(
        ARRAY(SELECT api.render_provider(p) FROM payments.providers AS p ORDER BY p.name), NULL
    )::api.payment_provider_page;
END $$;

COMMENT ON FUNCTION api.list_providers IS
'The ways of paying

A gateway is offered when it is enabled here and the server has its keys.';

GRANT EXECUTE ON FUNCTION api.list_providers TO app_support;
