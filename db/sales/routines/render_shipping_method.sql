-- A shipping method as an admin reads it. Not an endpoint.
-- Callers:   api.create_shipping_method, api.list_all_shipping_methods, api.update_shipping_method.
CREATE FUNCTION api.render_shipping_method(m sales.shipping_methods)
RETURNS api.shipping_method
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN ROW(
    m.id, m.name, m.carrier, m.enabled,
    ARRAY(SELECT ROW(nullif(r.country, ''), r.currency::text, r.up_to, r.price, r.free_from)::api.shipping_rate
          FROM sales.shipping_rates AS r WHERE r.method_id = m.id ORDER BY r.country, r.currency, r.up_to),
    m.tax_category, m.version, m.created_at
)::api.shipping_method;
