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
        SELECT ROW(p.id, p.merchant_id, p.category_id, p.sku, p.name, p.description || '', p.attributes || '{}',
                   p.images || '{}'::text[], p.weight, p.requires_shipping, p.tax_category, q.amount, q.currency,
                   CASE WHEN catalog.is_stopped(p.merchant_id) THEN 0 ELSE s.on_hand - s.reserved END,
                   p.version, p.created_at)::api.product
        FROM unnest(render_products.ids) WITH ORDINALITY AS o (id, n)
        JOIN catalog.products AS p ON p.id = o.id
        JOIN catalog.stock_levels AS s ON s.product_id = o.id
        LEFT JOIN LATERAL catalog.price_in_force(p.id,
                                                 coalesce(render_products.currency, catalog.first_currency(p.id))) AS q
            ON true
        ORDER BY o.n
    );
END $$;
