-- The tax rates of a category of goods at their destination at a given time, in the order in which they are charged:
-- the country's, then those of the region that contains the region, and of the region itself. What a region's rate does
-- to those before it says its combine: it takes their place, comes beside them, or is charged on the price with them.
-- {} if none is registered: that is not the same as a rate of 0.
-- Callers:   treat_category.
CREATE OR REPLACE FUNCTION sales.tax_rates_of(country text, region text, category text, at timestamptz)
RETURNS sales.tax_rates[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_places text[] := '{""}';    -- the country's own rates have the region ''
    v_rate   sales.tax_rates;
    v_rates  sales.tax_rates[] := '{}';
BEGIN
    IF tax_rates_of.region IS NOT NULL THEN
        v_places := ARRAY['', (SELECT g.parent FROM catalog.regions AS g WHERE g.code = tax_rates_of.region),
                          tax_rates_of.region];
    END IF;
    FOR v_rate IN
        SELECT r.* FROM sales.tax_rates AS r
        WHERE r.country = tax_rates_of.country::char(2) AND r.category = tax_rates_of.category
          AND r.region = ANY (v_places) AND r.valid @> tax_rates_of.at
        ORDER BY array_position(v_places, r.region)
    LOOP
        v_rates := CASE v_rate.combine WHEN 'replace' THEN '{}' ELSE v_rates END || v_rate;
    END LOOP;
    RETURN v_rates;
END $$;

GRANT EXECUTE ON FUNCTION sales.tax_rates_of TO store_api;
