-- A way of paying as a client reads it. Not an endpoint.
-- Callers:   api.list_providers, api.get_provider, api.update_provider.
CREATE FUNCTION api.render_provider(provider payments.providers)
RETURNS api.payment_provider
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN ROW(
    provider.name, provider.kind, provider.enabled, provider.capture_method,
    coalesce(provider.title, initcap(replace(provider.name, '_', ' '))), provider.manual_capture
)::api.payment_provider;
