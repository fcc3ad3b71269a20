-- One webhook endpoint: callers see their own, an admin sees any.
-- Errors: webhook_endpoint_not_found 404.
CREATE FUNCTION api.get_webhook_endpoint(endpoint_id uuid)
RETURNS api.webhook_endpoint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    RETURN api.render_webhook_endpoint(api.find_webhook_endpoint(get_webhook_endpoint.endpoint_id));
END $$;

COMMENT ON FUNCTION api.get_webhook_endpoint IS
'Get a webhook endpoint';

GRANT EXECUTE ON FUNCTION api.get_webhook_endpoint TO app_merchant;
