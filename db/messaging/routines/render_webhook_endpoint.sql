-- A webhook endpoint as a client reads it. Not an endpoint of the API.
-- Callers:   api.create_webhook_endpoint, api.get_webhook_endpoint, api.list_webhook_endpoints,
--            api.update_webhook_endpoint.
CREATE FUNCTION api.render_webhook_endpoint(w messaging.webhook_endpoints)
RETURNS api.webhook_endpoint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN ROW(w.id, w.account_id, w.url, w.types, w.description, w.status, w.disabled_reason, w.disabled_at,
           w.failing_since, NULL, w.version, w.created_at)::api.webhook_endpoint;
