-- A product as a client reads it, with the price in force now: in the given currency, or in first_currency. Not an
-- endpoint.
-- Callers:   api.create_product, api.get_product, api.update_product.
CREATE FUNCTION api.render_product(p catalog.products, currency text)
RETURNS api.product
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ROW(p.id, p.merchant_id, p.category_id, p.sku, p.name, p.description, p.attributes, p.images, p.weight,
               p.requires_shipping, p.tax_category, q.amount, q.currency,
               CASE WHEN catalog.is_stopped(p.merchant_id) THEN 0 ELSE s.on_hand - s.reserved END, p.version,
               p.created_at)::api.product
    FROM catalog.stock_levels AS s
    LEFT JOIN LATERAL catalog.price_in_force(p.id, coalesce(render_product.currency, catalog.first_currency(p.id))) AS q
        ON true
    WHERE s.product_id = p.id;
END $$;
