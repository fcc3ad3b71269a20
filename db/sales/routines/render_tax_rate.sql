-- A tax rate as a client reads it. Not an endpoint.
-- Callers:   api.create_tax_rate, api.list_tax_rates.
CREATE FUNCTION api.render_tax_rate(r sales.tax_rates)
RETURNS api.tax_rate
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN ROW(r.id, r.country::text, nullif(r.region, ''), r.category, r.name, r.rate, r.included, r.combine,
           lower(r.valid), upper(r.valid))::api.tax_rate;
