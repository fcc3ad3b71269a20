-- Why no tax is charged, in the words of the rule that says so. Not an endpoint.
-- Callers:   api.render_item, api.render_shipping_parts.
CREATE FUNCTION api.render_exemption_reason(exemption_id uuid)
RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN (SELECT e.text FROM sales.tax_exemptions AS e WHERE e.id = render_exemption_reason.exemption_id);
