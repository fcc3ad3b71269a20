-- Where the shop is taxed (the setting tax_country, or else the seller's country), and whether it is registered there.
-- Callers:   treat_category, place_order, price_order.
CREATE OR REPLACE FUNCTION sales.tax_home()
RETURNS TABLE (country text, region text, registered boolean, vat_id boolean)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT coalesce(c.tax_country, s.country)::text,
           CASE WHEN coalesce(c.tax_country, s.country) = s.country AND s.region IS NOT NULL
                THEN catalog.region_of(s.country::text, s.region) END,
           num_nonnulls(s.vat_id, s.tax_number) > 0, s.vat_id IS NOT NULL
    FROM sales.settings AS c
    CROSS JOIN (SELECT * FROM billing.sellers AS v ORDER BY v.version DESC LIMIT 1) AS s;
END;

GRANT EXECUTE ON FUNCTION sales.tax_home TO store_api;
