-- Deletes a webhook endpoint and its deliveries.
-- Locks:  the endpoint and its deliveries.
-- Errors: webhook_endpoint_not_found 404.
CREATE FUNCTION api.delete_webhook_endpoint(endpoint_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    DELETE FROM messaging.webhook_endpoints AS w WHERE w.id = delete_webhook_endpoint.endpoint_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'webhook_endpoint_not_found',
            MESSAGE = 'There is no such webhook endpoint.';
    END IF;
END $$;

COMMENT ON FUNCTION api.delete_webhook_endpoint IS
'Delete a webhook endpoint

Its deliveries are deleted too.';

GRANT EXECUTE ON FUNCTION api.delete_webhook_endpoint TO app_merchant;
