-- A rule of exemption as a client reads it. Not an endpoint.
-- Callers:   api.create_tax_exemption, api.list_tax_exemptions.
CREATE FUNCTION api.render_tax_exemption(e sales.tax_exemptions)
RETURNS api.tax_exemption
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN ROW(e.id, e.category, e.reason_code, e.text, e.destination, coalesce(e.countries::text[], '{}'), e.buyer,
           e.tax_category, lower(e.valid), upper(e.valid), e.created_at)::api.tax_exemption;
