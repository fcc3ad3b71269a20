-- Up to a given number of the products that a search finds, in no particular order, for counting facets. It starts from
-- the products or from the prices, as sort_products does.
-- Callers:   count_products.
CREATE OR REPLACE FUNCTION catalog.sample_products(
    count integer, query tsquery, categories uuid[], merchant uuid, currency text, min_price bigint, max_price bigint,
    in_stock boolean, options jsonb, attributes jsonpath
)
RETURNS TABLE (id uuid, category_id uuid, merchant_id uuid, amount bigint)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    IF num_nonnulls(min_price, max_price) = 0 AND catalog.is_sold_in(sample_products.currency) THEN
        RETURN QUERY
        SELECT f.id, f.category_id, f.merchant_id, f.amount
        FROM catalog.find_products(
            query, categories, merchant, currency, NULL, NULL, in_stock, options, attributes
        ) AS f LIMIT sample_products.count;
    ELSE
        RETURN QUERY
        SELECT f.id, f.category_id, f.merchant_id, f.amount
        FROM (
            (
                SELECT p.*
                FROM catalog.find_priced_products(false, query, categories, merchant, currency, min_price,
                                                  max_price, in_stock, options, attributes) AS p
             LIMIT sample_products.count)
            UNION ALL
            (
                SELECT p.*
                FROM catalog.find_priced_products(true, query, categories, merchant, currency, min_price, max_price,
                                                  in_stock, options, attributes) AS p
             LIMIT sample_products.count)
        ) AS f LIMIT sample_products.count;
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION catalog.sample_products TO store_api;
