-- The variants of a product as a client reads them, in the order of its options' values, with prices in a currency. Not
-- an endpoint.
-- Callers:   api.render_product.
CREATE FUNCTION api.render_variants(product_id uuid, currency text)
RETURNS api.product_variant[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ARRAY(
        SELECT ROW(v.id, v.sku, v.option_values, v.images, q.amount,
                   CASE WHEN catalog.is_stopped(v.merchant_id) THEN 0 ELSE s.on_hand - s.reserved END
               )::api.product_variant
        FROM catalog.products AS v
        JOIN catalog.stock_levels AS s ON s.product_id = v.id
        LEFT JOIN LATERAL catalog.price_in_force(v.id, render_variants.currency) AS q ON true
        CROSS JOIN LATERAL (
            SELECT array_agg(array_position(o."values", v.option_values ->> o.name) ORDER BY o.position) AS places
            FROM catalog.product_options AS o WHERE o.product_id = render_variants.product_id
        ) AS o
        WHERE v.parent_id = render_variants.product_id AND v.deleted_at IS NULL
        ORDER BY o.places, v.id
    );
END $$;
