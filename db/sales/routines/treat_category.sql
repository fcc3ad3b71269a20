-- How an order taxes one category of goods or services: the category of EN 16931, the rule if one applies, and the
-- rates in the order in which they are charged. A null tax_category means that nothing decides.
-- Callers:   treat_tax; tax_shipping, for a shipping method that names its category.
CREATE OR REPLACE FUNCTION sales.treat_category("order" sales.orders, category text, requires_shipping boolean)
RETURNS TABLE (tax_category text, exemption_id uuid, rates sales.tax_rates[])
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    rates := sales.tax_rates_of("order".tax_country, "order".tax_region, treat_category.category,
                                "order".created_at);
    tax_category := CASE WHEN rates = '{}' THEN NULL
                         WHEN EXISTS (SELECT FROM unnest(rates) AS r WHERE r.rate > 0) THEN 'S'
                         ELSE 'Z' END;
    RETURN NEXT;
END $$;

GRANT EXECUTE ON FUNCTION sales.treat_category TO store_api;
