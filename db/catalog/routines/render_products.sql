-- Products as a client reads them, in the given order, each with the price in force now: in the given currency, or in
-- first_currency. One query for a whole page (render_product has the same columns for one product). Appending nothing
-- to the long columns decompresses them, as to_json() would later, so that pg_column_size() of the page is its true
-- size. Not an endpoint.
-- Callers:   api.list_merchant_products, api.list_products, api.render_wishlist.
CREATE FUNCTION api.render_products(ids uuid[], currency text)
RETURNS api.product[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ARRAY(
        SELECT ROW(p.id, p.merchant_id, p.category_id, p.parent_id, p.sku, p.name, p.description || '',
                   p.attributes || '{}', p.images || '{}'::text[],
                   CASE WHEN p.kind = 'parent' THEN api.render_options(p.id) ELSE '{}' END,
                   coalesce(p.option_values, '{}'), '{}'::api.product_variant[], p.weight, p.requires_shipping,
                   p.tax_category, q.amount, coalesce(q.amount, v.found[1]), coalesce(q.amount, v.found[2]),
                   coalesce(q.currency, CASE WHEN v.found[1] IS NOT NULL THEN c.currency END),
                   CASE WHEN catalog.is_stopped(p.merchant_id) THEN 0
                        ELSE coalesce(s.on_hand - s.reserved, v.found[3], 0) END,
                   p.version, p.created_at)::api.product
        FROM unnest(render_products.ids) WITH ORDINALITY AS o (id, n)
        JOIN catalog.products AS p ON p.id = o.id
        LEFT JOIN catalog.stock_levels AS s ON s.product_id = o.id
        CROSS JOIN LATERAL (
            SELECT coalesce(render_products.currency, catalog.first_currency(p.id)) AS currency
        ) AS c
        LEFT JOIN LATERAL catalog.price_in_force(p.id, c.currency) AS q ON true
        -- Nothing is done for a product without variants; OFFSET: once for one with. A join takes 15 % of a page.
        CROSS JOIN LATERAL (
            SELECT CASE WHEN p.kind = 'parent' THEN (
                SELECT ARRAY[f.price_from, f.price_to, f.available]
                FROM catalog.variants_in_force(p.id, c.currency) AS f) END AS found
            OFFSET 0
        ) AS v
        ORDER BY o.n
    );
END $$;
