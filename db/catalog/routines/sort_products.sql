-- The next products of a sorted, filtered list, after the one whose sort key and id are given (NULL: from the
-- beginning). One short query a sort, so that each finds its index; by price, and where prices are a filter, one for
-- the prices without an end and one for the others.
-- Callers:   list_products.
CREATE OR REPLACE FUNCTION catalog.sort_products(
    sort text, key text, after uuid, count integer,
    query tsquery, categories uuid[], merchant uuid, currency text, min_price bigint, max_price bigint, in_stock boolean
)
RETURNS uuid[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
    -- Filters are optional: a plan for all cases would fit none.
    SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    -- Filters by price, and currencies that few products are sold in, start from the prices: from
    -- the products on, it would take all of them to find those few.
    v_from_prices CONSTANT boolean := num_nonnulls(min_price, max_price) > 0
        OR NOT catalog.is_sold_in(sort_products.currency);
    v_found integer;
    v_ids   uuid[];
BEGIN
    IF sort = 'relevance' THEN
        -- Where no more are found than are ranked, the best are looked at first, and only so many as the page has.
        SELECT count(*),
               array_agg(r.id ORDER BY r.rank DESC, r.id DESC)
                   FILTER (WHERE after IS NULL OR (r.rank, r.id) < (key::real, after))
        INTO v_found, v_ids
        FROM (
            SELECT p.id, ts_rank(p.search, query) AS rank FROM catalog.products AS p
            WHERE p.search @@ query AND p.deleted_at IS NULL AND p.kind = 'product'
              AND (categories IS NULL OR p.category_id = ANY (categories))
              AND (sort_products.merchant IS NULL OR p.merchant_id = sort_products.merchant)
            LIMIT 1001
        ) AS r;
        IF v_found <= 1000 THEN
            RETURN catalog.keep_sold(v_ids, count, currency, min_price, max_price, in_stock);
        END IF;
    END IF;

    IF sort = 'relevance' AND NOT v_from_prices THEN
        -- A word may be in every product: only so many are ranked, the newest.
        RETURN ARRAY(
            SELECT r.id
            FROM (
                SELECT n.id, ts_rank(n.search, query) AS rank
                FROM (
                    SELECT f.id, f.search
                    FROM catalog.find_products(query, categories, merchant, currency, NULL, NULL, in_stock) AS f
                    ORDER BY f.created_at DESC, f.id DESC LIMIT 1000
                ) AS n
            ) AS r
            WHERE after IS NULL OR (r.rank, r.id) < (key::real, after)
            ORDER BY r.rank DESC, r.id DESC LIMIT count);
    ELSIF sort = 'newest' AND NOT v_from_prices THEN
        RETURN ARRAY(
            SELECT f.id FROM catalog.find_products(query, categories, merchant, currency, NULL, NULL, in_stock) AS f
            WHERE after IS NULL OR (f.created_at, f.id) < (key::timestamptz, after)
            ORDER BY f.created_at DESC, f.id DESC LIMIT count);
    ELSIF sort = 'name' AND NOT v_from_prices THEN
        RETURN ARRAY(
            SELECT f.id FROM catalog.find_products(query, categories, merchant, currency, NULL, NULL, in_stock) AS f
            WHERE after IS NULL OR (f.name, f.id) > (key, after)
            ORDER BY f.name, f.id LIMIT count);
    ELSIF sort = 'relevance' THEN
        RETURN ARRAY(
            SELECT r.id
            FROM (
                SELECT n.id, ts_rank(n.search, query) AS rank
                FROM (
                    (
                        SELECT f.*
                        FROM catalog.find_priced_products(false, query, categories, merchant, currency, min_price,
                                                          max_price, in_stock) AS f
                     ORDER BY f.created_at DESC, f.id DESC LIMIT 1000)
                    UNION ALL
                    (
                        SELECT f.*
                        FROM catalog.find_priced_products(true, query, categories, merchant, currency, min_price,
                                                          max_price, in_stock) AS f
                     ORDER BY f.created_at DESC, f.id DESC LIMIT 1000)
                    ORDER BY created_at DESC, id DESC LIMIT 1000
                ) AS n
            ) AS r
            WHERE after IS NULL OR (r.rank, r.id) < (key::real, after)
            ORDER BY r.rank DESC, r.id DESC LIMIT count);
    ELSIF sort = 'newest' THEN
        RETURN ARRAY(
            SELECT f.id
            FROM (
                (
                    SELECT f.*
                    FROM catalog.find_priced_products(false, query, categories, merchant, currency, min_price,
                                                      max_price, in_stock) AS f
                 WHERE after IS NULL OR (f.created_at, f.id) < (key::timestamptz, after)
                 ORDER BY f.created_at DESC, f.id DESC LIMIT count)
                UNION ALL
                (
                    SELECT f.*
                    FROM catalog.find_priced_products(true, query, categories, merchant, currency, min_price,
                                                      max_price, in_stock) AS f
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
                                                      max_price, in_stock) AS f
                 WHERE after IS NULL OR (f.name, f.id) > (key, after)
                 ORDER BY f.name, f.id LIMIT count)
                UNION ALL
                (
                    SELECT f.*
                    FROM catalog.find_priced_products(true, query, categories, merchant, currency, min_price,
                                                      max_price, in_stock) AS f
                 WHERE after IS NULL OR (f.name, f.id) > (key, after)
                 ORDER BY f.name, f.id LIMIT count)
            ) AS f
            ORDER BY f.name, f.id LIMIT count);
    ELSIF sort = 'price' THEN
        RETURN ARRAY(
            SELECT f.id
            FROM (
                (
                    SELECT f.*
                    FROM catalog.find_priced_products(false, query, categories, merchant, currency, min_price,
                                                      max_price, in_stock) AS f
                 WHERE after IS NULL OR (f.amount, f.id) > (key::bigint, after)
                 ORDER BY f.amount, f.id LIMIT count)
                UNION ALL
                (
                    SELECT f.*
                    FROM catalog.find_priced_products(true, query, categories, merchant, currency, min_price,
                                                      max_price, in_stock) AS f
                 WHERE after IS NULL OR (f.amount, f.id) > (key::bigint, after)
                 ORDER BY f.amount, f.id LIMIT count)
            ) AS f
            ORDER BY f.amount, f.id LIMIT count);
    ELSE
        RETURN ARRAY(
            SELECT f.id
            FROM (
                (
                    SELECT f.*
                    FROM catalog.find_priced_products(false, query, categories, merchant, currency, min_price,
                                                      max_price, in_stock) AS f
                 WHERE after IS NULL OR (f.amount, f.id) < (key::bigint, after)
                 ORDER BY f.amount DESC, f.id DESC LIMIT count)
                UNION ALL
                (
                    SELECT f.*
                    FROM catalog.find_priced_products(true, query, categories, merchant, currency, min_price,
                                                      max_price, in_stock) AS f
                 WHERE after IS NULL OR (f.amount, f.id) < (key::bigint, after)
                 ORDER BY f.amount DESC, f.id DESC LIMIT count)
            ) AS f
            ORDER BY f.amount DESC, f.id DESC LIMIT count);
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION catalog.sort_products TO store_api;
