-- The price range and the pieces of a product's variants, in a currency. Inlined into its callers, so it has neither
-- SET nor SECURITY DEFINER.
-- Callers:   api.render_products.
CREATE OR REPLACE FUNCTION catalog.variants_in_force(parent_id uuid, currency text)
RETURNS TABLE (price_from bigint, price_to bigint, available bigint)
LANGUAGE sql STABLE AS $$
    SELECT min(q.amount), max(q.amount), sum(s.on_hand - s.reserved)::bigint
    FROM catalog.products AS v
    JOIN catalog.stock_levels AS s ON s.product_id = v.id
    LEFT JOIN LATERAL catalog.price_in_force(v.id, variants_in_force.currency) AS q ON true
    WHERE v.parent_id = variants_in_force.parent_id AND v.deleted_at IS NULL;
$$;

GRANT EXECUTE ON FUNCTION catalog.variants_in_force TO store_api;
