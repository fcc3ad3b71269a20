-- The newest products that a query matches and that are sold in a currency and price range, up to a number of those
-- whose price has an end, and of those whose has none.
-- Callers:   rank_products.
-- Plans:     always custom, as in sort_products.
CREATE OR REPLACE FUNCTION catalog.match_priced_products(
    query tsquery, count integer, categories uuid[], merchant uuid, currency text, min_price bigint, max_price bigint,
    in_stock boolean, options jsonb, attributes jsonpath
)
RETURNS uuid[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    RETURN ARRAY(
        SELECT f.id
        FROM catalog.find_priced_products(false, query, categories, merchant, currency, min_price, max_price, in_stock,
                                          options, attributes) AS f
        ORDER BY f.created_at DESC, f.id DESC LIMIT match_priced_products.count
    ) || ARRAY(
        SELECT f.id
        FROM catalog.find_priced_products(true, query, categories, merchant, currency, min_price, max_price, in_stock,
                                          options, attributes) AS f
        ORDER BY f.created_at DESC, f.id DESC LIMIT match_priced_products.count);
END $$;

GRANT EXECUTE ON FUNCTION catalog.match_priced_products TO store_api;
