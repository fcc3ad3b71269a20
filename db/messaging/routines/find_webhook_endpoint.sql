-- Finds a webhook endpoint that the caller may see (row security decides). Not an endpoint of the API.
-- Callers:   api.get_webhook_endpoint, api.list_webhook_deliveries, api.redeliver_webhook,
--            api.test_webhook_endpoint, api.update_webhook_endpoint.
-- Errors:    webhook_endpoint_not_found 404.
CREATE FUNCTION api.find_webhook_endpoint(endpoint_id uuid)
RETURNS messaging.webhook_endpoints
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_endpoint messaging.webhook_endpoints;
BEGIN
    SELECT * INTO v_endpoint FROM messaging.webhook_endpoints AS w WHERE w.id = find_webhook_endpoint.endpoint_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'webhook_endpoint_not_found',
            MESSAGE = 'There is no such webhook endpoint.';
    END IF;
    RETURN v_endpoint;
END $$;
