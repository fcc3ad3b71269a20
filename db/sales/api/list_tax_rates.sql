-- The tax rates that are in force or planned, or those in force at a given time.
CREATE FUNCTION api.list_tax_rates(country api.country DEFAULT NULL, as_of timestamptz DEFAULT NULL)
RETURNS api.tax_rate_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    RETURN ROW(ARRAY(
        SELECT api.render_tax_rate(r) FROM sales.tax_rates AS r
        WHERE (list_tax_rates.country IS NULL OR r.country = list_tax_rates.country::char(2))
          AND r.valid && tstzrange(coalesce(list_tax_rates.as_of, now()), list_tax_rates.as_of, '[]')
        ORDER BY r.country, r.region, r.category, lower(r.valid)), NULL)::api.tax_rate_page;
END $$;

COMMENT ON FUNCTION api.list_tax_rates IS
'List tax rates

Those in force and those that are planned, or those in force at `as_of`.';

GRANT EXECUTE ON FUNCTION api.list_tax_rates TO app_support;
