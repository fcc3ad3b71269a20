-- A product as a client reads it, with the price in force now: in the given currency, or in first_currency. A product
-- with options has its variants. Not an endpoint.
-- Callers:   api.create_product, api.create_variant, api.get_product, api.update_product.
CREATE FUNCTION api.render_product(p catalog.products, currency text)
RETURNS api.product
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_currency CONSTANT text := coalesce(render_product.currency, catalog.first_currency(p.id));
    v_variants api.product_variant[];
BEGIN
    IF p.kind <> 'parent' THEN
        RETURN ROW(p.id, p.merchant_id, p.category_id, p.parent_id, p.sku, p.name, p.description, p.attributes,
                   p.images, '{}'::api.product_option[], coalesce(p.option_values, '{}'),
                   '{}'::api.product_variant[], p.weight, p.requires_shipping, p.tax_category, q.amount, q.amount,
                   q.amount, q.currency,
                   CASE WHEN catalog.is_stopped(p.merchant_id) THEN 0 ELSE s.on_hand - s.reserved END, p.version,
                   p.created_at)::api.product
        FROM catalog.stock_levels AS s
        LEFT JOIN LATERAL catalog.price_in_force(p.id, v_currency) AS q ON true
        WHERE s.product_id = p.id;
    END IF;
    v_variants := api.render_variants(p.id, v_currency);
    RETURN ROW(p.id, p.merchant_id, p.category_id, p.parent_id, p.sku, p.name, p.description, p.attributes, p.images,
               api.render_options(p.id), '{}', v_variants, p.weight, p.requires_shipping, p.tax_category, NULL,
               t.price_from, t.price_to, CASE WHEN t.price_from IS NOT NULL THEN v_currency END,
               coalesce(t.available, 0), p.version, p.created_at)::api.product
    FROM (SELECT min(v.price) AS price_from, max(v.price) AS price_to, sum(v.available)::bigint AS available
          FROM unnest(v_variants) AS v) AS t;
END $$;
