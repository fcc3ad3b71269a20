-- How an order taxes its products, a row for each: see treat_category, which is asked once for each kind of goods.
-- Callers:   tax_lines.
CREATE OR REPLACE FUNCTION sales.treat_tax("order" sales.orders, product_ids uuid[])
RETURNS TABLE (product_id uuid, tax_category text, exemption_id uuid, rates sales.tax_rates[])
LANGUAGE plpgsql STABLE ROWS 10 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_goods record;
BEGIN
    FOR v_goods IN
        SELECT p.tax_category AS category, p.requires_shipping, array_agg(p.id) AS ids
        FROM catalog.products AS p WHERE p.id = ANY (treat_tax.product_ids)
        GROUP BY p.tax_category, p.requires_shipping
    LOOP
        SELECT t.* INTO STRICT tax_category, exemption_id, rates
        FROM sales.treat_category("order", v_goods.category, v_goods.requires_shipping) AS t;
        FOREACH product_id IN ARRAY v_goods.ids LOOP
            RETURN NEXT;
        END LOOP;
    END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION sales.treat_tax TO store_api;
