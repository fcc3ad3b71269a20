-- Sends a webhook endpoint an example of an event.
-- Locks:  the endpoint.
-- Errors: webhook_endpoint_not_found 404, webhook_endpoint_disabled 409, event_type_not_sent 422,
--         too_many_test_deliveries 429.
CREATE FUNCTION api.test_webhook_endpoint(endpoint_id uuid, type api.event_type_name DEFAULT NULL)
RETURNS api.webhook_delivery
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    IF (api.find_webhook_endpoint(test_webhook_endpoint.endpoint_id)).status <> 'enabled' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'webhook_endpoint_disabled',
            MESSAGE = 'This webhook endpoint is disabled.', HINT = 'Enable it first.';
    END IF;
    RETURN api.render_webhook_delivery(
        messaging.add_test_delivery(test_webhook_endpoint.endpoint_id, test_webhook_endpoint.type));
END $$;

COMMENT ON FUNCTION api.test_webhook_endpoint IS
'Send a test event

Sends an example of `type`, signed like every event and with `"test": true` in its body, or of the first type that the
endpoint gets. There is one attempt; `GET …/deliveries` shows its outcome a moment later. A test that fails does not
count against the endpoint.';

GRANT EXECUTE ON FUNCTION api.test_webhook_endpoint TO app_merchant;
