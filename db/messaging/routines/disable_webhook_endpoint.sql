-- Disables an endpoint and sends its owner a mail. Its pending deliveries stay, in case it is enabled again. If it is
-- disabled already, nothing changes.
-- Callers:   record_attempt.
-- Locks:     the endpoint.
CREATE OR REPLACE FUNCTION messaging.disable_webhook_endpoint(endpoint_id uuid, reason text)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_endpoint messaging.webhook_endpoints;
BEGIN
    UPDATE messaging.webhook_endpoints AS w
    SET status = 'disabled', disabled_reason = disable_webhook_endpoint.reason, disabled_at = now(),
        version = w.version + 1
    WHERE w.id = disable_webhook_endpoint.endpoint_id AND w.status = 'enabled'
    RETURNING w.* INTO v_endpoint;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    PERFORM messaging.record_event('webhook_endpoint.disabled', NULL, v_endpoint.account_id,
        jsonb_build_object('webhook_endpoint_id', v_endpoint.id, 'failure_code', v_endpoint.disabled_reason));
    PERFORM messaging.enqueue_mail('webhook_endpoint_disabled', v_endpoint.account_id,
                                   jsonb_build_object('webhook_endpoint_id', v_endpoint.id));
END $$;
