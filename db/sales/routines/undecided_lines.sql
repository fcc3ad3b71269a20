-- Why the tax of an order is undecided: the destination, and the products that no rate and no rule covers. NULL if all
-- are decided. (The shipping is a line of its own if its method names a category; it then counts without a product.)
-- Callers:   follow_undecided_tax.
CREATE OR REPLACE FUNCTION sales.undecided_lines("order" sales.orders)
RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
RETURN (
    SELECT jsonb_build_object('country', "order".tax_country, 'region', "order".tax_region,
                              'product_ids', coalesce(jsonb_agg(i.product_id ORDER BY i.id), '[]'))
    FROM sales.order_items AS i
    WHERE i.order_id = "order".id AND i.tax_category IS NULL
    HAVING count(*) > 0 OR "order".shipping_parts @> '[{"tax_category": null}]'
);

GRANT EXECUTE ON FUNCTION sales.undecided_lines TO store_api;
