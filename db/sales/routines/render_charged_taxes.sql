-- The taxes of a line or of a part of the shipping, as they are stored. Not an endpoint.
-- Callers:   api.render_item, api.render_shipping_parts.
CREATE FUNCTION api.render_charged_taxes(taxes jsonb)
RETURNS api.line_tax[]
LANGUAGE sql IMMUTABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN ARRAY(SELECT t FROM jsonb_populate_recordset(NULL::api.line_tax, render_charged_taxes.taxes) AS t);
