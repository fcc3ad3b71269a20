-- The tax rates of a category of goods at their destination at a given time, in the order in which they are charged:
-- the country's, then the region's, which takes its place, comes beside it, or is charged on the price with it
-- (combine). {} if none is registered: that is not the same as a rate of 0.
-- Callers:   treat_category.
CREATE OR REPLACE FUNCTION sales.tax_rates_of(country text, region text, category text, at timestamptz)
RETURNS sales.tax_rates[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_rates sales.tax_rates[];
BEGIN
    SELECT array_agg(r ORDER BY r.region) INTO v_rates    -- the country's region is ''
    FROM sales.tax_rates AS r
    WHERE r.country = tax_rates_of.country::char(2) AND r.category = tax_rates_of.category
      AND r.region IN ('', lower(coalesce(tax_rates_of.region, ''))) AND r.valid @> tax_rates_of.at;
    IF v_rates[2].combine = 'replace' THEN
        RETURN v_rates[2:2];
    END IF;
    RETURN coalesce(v_rates, '{}');
END $$;

GRANT EXECUTE ON FUNCTION sales.tax_rates_of TO store_api;
