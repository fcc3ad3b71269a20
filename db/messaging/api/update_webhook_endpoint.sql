-- Changes a webhook endpoint: only the fields that are sent. When it is enabled again, pending deliveries are sent.
-- Locks:  the endpoint.
-- Errors: webhook_endpoint_not_found 404, version_stale 412, event_type_unknown 422, and of the web tier
--         webhook_target_refused 422.
CREATE FUNCTION api.update_webhook_endpoint(
    endpoint_id uuid, url api.webhook_url DEFAULT NULL, types api.event_patterns DEFAULT NULL,
    description api.short_text DEFAULT NULL, status api.webhook_status DEFAULT NULL, if_match bigint DEFAULT NULL,
    given text[] DEFAULT NULL
)
RETURNS api.webhook_endpoint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor    CONSTANT uuid := identity.authenticate();
    v_endpoint messaging.webhook_endpoints;
    v_enabled  boolean;
BEGIN
    PERFORM api.find_webhook_endpoint(update_webhook_endpoint.endpoint_id);
    PERFORM messaging.require_event_types(update_webhook_endpoint.types);
    SELECT * INTO STRICT v_endpoint
    FROM messaging.webhook_endpoints AS w
    WHERE w.id = update_webhook_endpoint.endpoint_id
    FOR NO KEY UPDATE;
    IF update_webhook_endpoint.if_match <> v_endpoint.version THEN
        RAISE EXCEPTION USING ERRCODE = 'SH412', CONSTRAINT = 'version_stale',
            MESSAGE = 'The endpoint has changed since you read it.', HINT = 'Read it again, then repeat your change.';
    END IF;
    v_enabled := coalesce(update_webhook_endpoint.status, v_endpoint.status) = 'enabled';
    UPDATE messaging.webhook_endpoints AS w
    SET url = coalesce(update_webhook_endpoint.url, w.url), types = coalesce(update_webhook_endpoint.types, w.types),
        description = CASE WHEN 'description' = ANY (
            coalesce(update_webhook_endpoint.given, '{}')
        ) THEN update_webhook_endpoint.description
                           ELSE coalesce(update_webhook_endpoint.description, w.description) END,
        status = coalesce(update_webhook_endpoint.status, w.status),
        disabled_reason = CASE WHEN NOT v_enabled THEN coalesce(w.disabled_reason, 'owner') END,
        disabled_at = CASE WHEN NOT v_enabled THEN coalesce(w.disabled_at, now()) END,
        failing_since = CASE WHEN v_enabled AND w.status = 'disabled' THEN NULL ELSE w.failing_since END,
        version = w.version + 1
    WHERE w.id = v_endpoint.id
    RETURNING w.* INTO v_endpoint;
    RETURN api.render_webhook_endpoint(v_endpoint);
END $$;

COMMENT ON FUNCTION api.update_webhook_endpoint IS
'Change a webhook endpoint

Changes only the fields that are sent. `status: enabled` sends the deliveries that were pending when the endpoint was
disabled; events in between are not sent.';

GRANT EXECUTE ON FUNCTION api.update_webhook_endpoint TO app_merchant;
