-- The tax rate of a product at its destination at a given time: the region's, or else the country's. No row means no
-- tax.
-- Callers:   price_order.
CREATE OR REPLACE FUNCTION sales.tax_rate_of(product_id uuid, country text, region text, at timestamptz)
RETURNS TABLE (rate numeric, included boolean)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.rate, r.included
    FROM catalog.products AS p
    JOIN sales.tax_rates AS r
        ON r.country = tax_rate_of.country AND r.category = p.tax_category AND r.valid @> tax_rate_of.at
        AND r.region IN ('', coalesce(tax_rate_of.region, ''))
    WHERE p.id = tax_rate_of.product_id
    ORDER BY r.region DESC LIMIT 1;
$$;

GRANT EXECUTE ON FUNCTION sales.tax_rate_of TO store_api;
