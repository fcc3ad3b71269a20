-- The next products of a sorted, filtered list, after the one with the given sort key and id (NULL: from the
-- beginning). There is one short query per sort, so that each uses its index; sorted by price, or with a price filter,
-- one query for the prices without an end and one for the others. Sorted by price, a product with options is there as
-- the cheapest of its variants that match the filters. rank_products is for the sort by relevance.
-- Callers:   list_products.
CREATE OR REPLACE FUNCTION catalog.sort_products(
    sort text, key text, after uuid, count integer,
    query tsquery, categories uuid[], merchant uuid, currency text, min_price bigint, max_price bigint,
    in_stock boolean, options jsonb, attributes jsonpath
)
RETURNS uuid[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
    -- The filters are optional, so one generic plan would be bad for every combination.
    SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    -- With a price filter, or in a currency in which few products are sold, the query starts from the prices: starting
    -- from the products, it would read all of them to find those few.
    v_from_prices CONSTANT boolean := num_nonnulls(min_price, max_price) > 0
        OR NOT catalog.is_sold_in(sort_products.currency);
BEGIN
    IF sort = 'newest' AND NOT v_from_prices THEN
        RETURN ARRAY(
            SELECT f.id FROM catalog.find_products(
                query, categories, merchant, currency, NULL, NULL, in_stock, options, attributes) AS f
            WHERE after IS NULL OR (f.created_at, f.id) < (key::timestamptz, after)
            ORDER BY f.created_at DESC, f.id DESC LIMIT count);
    ELSIF sort = 'name' AND NOT v_from_prices THEN
        RETURN ARRAY(
            SELECT f.id FROM catalog.find_products(
                query, categories, merchant, currency, NULL, NULL, in_stock, options, attributes) AS f
            WHERE after IS NULL OR (f.name_key, f.id) > (key, after)
            ORDER BY f.name_key, f.id LIMIT count);
    ELSIF sort = 'newest' THEN
        RETURN ARRAY(
            SELECT f.id
            FROM (
                (
                    SELECT f.*
                    FROM catalog.find_priced_products(false, query, categories, merchant, currency, min_price,
                                                      max_price, in_stock, options, attributes) AS f
                 WHERE after IS NULL OR (f.created_at, f.id) < (key::timestamptz, after)
                 ORDER BY f.created_at DESC, f.id DESC LIMIT count)
                UNION ALL
                (
                    SELECT f.*
                    FROM catalog.find_priced_products(true, query, categories, merchant, currency, min_price,
                                                      max_price, in_stock, options, attributes) AS f
                 WHERE after IS NULL OR (f.created_at, f.id) < (key::timestamptz, after)
                 ORDER BY f.created_at DESC, f.id DESC LIMIT count)
            ) AS f
            ORDER BY f.created_at DESC, f.id DESC LIMIT count);
    ELSIF sort = 'name' THEN
        RETURN ARRAY(
            SELECT f.id
            FROM (
                (
                    SELECT f.*
                    FROM catalog.find_priced_products(false, query, categories, merchant, currency, min_price,
                                                      max_price, in_stock, options, attributes) AS f
                 WHERE after IS NULL OR (f.name_key, f.id) > (key, after)
                 ORDER BY f.name_key, f.id LIMIT count)
                UNION ALL
                (
                    SELECT f.*
                    FROM catalog.find_priced_products(true, query, categories, merchant, currency, min_price,
                                                      max_price, in_stock, options, attributes) AS f
                 WHERE after IS NULL OR (f.name_key, f.id) > (key, after)
                 ORDER BY f.name_key, f.id LIMIT count)
            ) AS f
            ORDER BY f.name_key, f.id LIMIT count);
    ELSIF sort = 'price' THEN
        RETURN ARRAY(
            SELECT f.offer_id
            FROM (
                (
                    SELECT f.*
                    FROM catalog.find_priced_products(false, query, categories, merchant, currency, min_price,
                                                      max_price, in_stock, options, attributes) AS f
                 WHERE after IS NULL OR (f.amount, f.offer_id) > (key::bigint, after)
                 ORDER BY f.amount, f.offer_id LIMIT count)
                UNION ALL
                (
                    SELECT f.*
                    FROM catalog.find_priced_products(true, query, categories, merchant, currency, min_price,
                                                      max_price, in_stock, options, attributes) AS f
                 WHERE after IS NULL OR (f.amount, f.offer_id) > (key::bigint, after)
                 ORDER BY f.amount, f.offer_id LIMIT count)
            ) AS f
            ORDER BY f.amount, f.offer_id LIMIT count);
    ELSE
        RETURN ARRAY(
            SELECT f.offer_id
            FROM (
                (
                    SELECT f.*
                    FROM catalog.find_priced_products(false, query, categories, merchant, currency, min_price,
                                                      max_price, in_stock, options, attributes) AS f
                 WHERE after IS NULL OR (f.amount, f.offer_id) < (key::bigint, after)
                 ORDER BY f.amount DESC, f.offer_id DESC LIMIT count)
                UNION ALL
                (
                    SELECT f.*
                    FROM catalog.find_priced_products(true, query, categories, merchant, currency, min_price,
                                                      max_price, in_stock, options, attributes) AS f
                 WHERE after IS NULL OR (f.amount, f.offer_id) < (key::bigint, after)
                 ORDER BY f.amount DESC, f.offer_id DESC LIMIT count)
            ) AS f
            ORDER BY f.amount DESC, f.offer_id DESC LIMIT count);
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION catalog.sort_products TO store_api;
