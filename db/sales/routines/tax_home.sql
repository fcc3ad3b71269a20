-- Where the shop is taxed (the setting tax_country, or else the country of the seller of a given time), and whether it
-- is registered there.
-- Callers:   treat_category, place_order, price_order, check_exemption, api.report_oss_taxes.
CREATE OR REPLACE FUNCTION sales.tax_home(at timestamptz DEFAULT now())
RETURNS TABLE (country text, region text, registered boolean, vat_id boolean)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT coalesce(c.tax_country, s.country)::text,
           CASE WHEN coalesce(c.tax_country, s.country) = s.country AND s.region IS NOT NULL
                THEN catalog.region_of(s.country::text, s.region) END,
           num_nonnulls(s.vat_id, s.tax_number) > 0, s.vat_id IS NOT NULL
    FROM sales.settings AS c
    CROSS JOIN LATERAL billing.seller_at(tax_home.at) AS s;
END;

GRANT EXECUTE ON FUNCTION sales.tax_home TO store_api;
