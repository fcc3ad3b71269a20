-- A bundle as a client reads it, with the price in force now and the number that its components allow. Long columns are
-- decompressed as in render_products. Not an endpoint.
-- Callers:   api.create_bundle, api.get_bundle, api.list_bundles, api.update_bundle.
CREATE FUNCTION api.render_bundle(p catalog.products, currency text)
RETURNS api.bundle
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_price record;
BEGIN
    SELECT q.amount, q.currency INTO v_price
    FROM catalog.price_in_force(p.id, coalesce(render_bundle.currency, catalog.first_currency(p.id))) AS q;
    RETURN ROW(p.id, p.merchant_id, p.category_id, p.sku, p.name, p.description || '', p.images || '{}'::text[],
               ARRAY(SELECT ROW(c.id, c.sku, c.name, i.quantity,
                                CASE WHEN c.deleted_at IS NULL AND NOT catalog.is_stopped(c.merchant_id)
                                     THEN s.on_hand - s.reserved ELSE 0 END)::api.bundle_item
                     FROM catalog.bundle_items AS i
                     JOIN catalog.products AS c ON c.id = i.product_id
                     JOIN catalog.stock_levels AS s ON s.product_id = c.id
                     WHERE i.bundle_id = p.id ORDER BY c.id),
               p.weight, p.tax_category, v_price.amount, v_price.currency, catalog.available_pieces(p.id, true),
               p.version, p.created_at)::api.bundle;
END $$;
