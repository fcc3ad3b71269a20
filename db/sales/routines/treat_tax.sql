-- How an order taxes its products, a row for each: see treat_category.
-- Callers:   tax_lines.
CREATE OR REPLACE FUNCTION sales.treat_tax("order" sales.orders, product_ids uuid[])
RETURNS TABLE (product_id uuid, tax_category text, exemption_id uuid, rates sales.tax_rates[])
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    WITH goods AS MATERIALIZED (
        SELECT p.id, p.tax_category AS category, p.requires_shipping
        FROM catalog.products AS p WHERE p.id = ANY (treat_tax.product_ids)
    )
    SELECT g.id, t.tax_category, t.exemption_id, t.rates
    FROM (SELECT DISTINCT d.category, d.requires_shipping FROM goods AS d) AS k
    CROSS JOIN LATERAL sales.treat_category("order", k.category, k.requires_shipping) AS t
    JOIN goods AS g ON g.category = k.category AND g.requires_shipping = k.requires_shipping;
END $$;

GRANT EXECUTE ON FUNCTION sales.treat_tax TO store_api;
