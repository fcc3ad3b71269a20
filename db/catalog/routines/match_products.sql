-- The newest products that a query matches, up to a number: what rank_products ranks.
-- Callers:   rank_products.
-- Plans:     always custom. How many products a query matches decides whether the index of words is read or, for a
--            common word, the products from the newest on.
CREATE OR REPLACE FUNCTION catalog.match_products(
    query tsquery, count integer, categories uuid[], merchant uuid, attributes jsonpath
)
RETURNS uuid[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    RETURN ARRAY(
        SELECT p.id FROM catalog.products AS p
        WHERE p.search @@ match_products.query AND p.deleted_at IS NULL AND p.parent_id IS NULL AND p.kind <> 'bundle'
          AND (categories IS NULL OR p.category_id = ANY (categories))
          AND (match_products.merchant IS NULL OR p.merchant_id = match_products.merchant)
          AND (match_products.attributes IS NULL OR p.attributes @@ match_products.attributes)
        ORDER BY p.created_at DESC, p.id DESC LIMIT match_products.count);
END $$;

GRANT EXECUTE ON FUNCTION catalog.match_products TO store_api;
