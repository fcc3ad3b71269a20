-- One of the ways of paying, with its settings.
-- Errors: provider_not_found 404.
CREATE FUNCTION api.get_provider(provider text)
RETURNS api.payment_provider
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor    CONSTANT uuid := identity.authenticate();
    v_provider payments.providers;
BEGIN
    SELECT * INTO v_provider FROM payments.providers AS p WHERE p.name = get_provider.provider;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'provider_not_found',
            MESSAGE = 'There is no such payment provider.';
    END IF;
    RETURN api.render_provider(v_provider);
END $$;

COMMENT ON FUNCTION api.get_provider IS
'A way of paying';

GRANT EXECUTE ON FUNCTION api.get_provider TO app_admin;
