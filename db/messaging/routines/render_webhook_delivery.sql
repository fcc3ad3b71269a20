-- A delivery and its attempts as a client reads them. Not an endpoint of the API.
-- Callers:   api.list_webhook_deliveries, api.redeliver_webhook, api.test_webhook_endpoint.
CREATE FUNCTION api.render_webhook_delivery(d messaging.webhook_deliveries)
RETURNS api.webhook_delivery
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN ROW(
    d.id, d.endpoint_id, d.event_id, d.type, d.status,
    ARRAY(SELECT ROW(a.status_code, a.duration_ms, a.error, a.answer, a.created_at)::api.webhook_attempt
          FROM messaging.webhook_attempts AS a WHERE a.delivery_id = d.id ORDER BY a.id),
    CASE WHEN d.status = 'pending' THEN d.run_at END, d.delivered_at, d.test, d.created_at)::api.webhook_delivery;
