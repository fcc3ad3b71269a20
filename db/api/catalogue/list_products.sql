-- Products on sale, searched, filtered, sorted, a page at a time. The price in force now; what has no price in the currency is left out.
-- Keyset pages: a cursor holds the last row's sort key and belongs to its sort.
-- Errors: cursor_invalid 422.

-- Loads pg_trgm into the deploying session: only of a loaded extension may somebody who is no superuser set a parameter.
DO $$ BEGIN PERFORM extensions.show_limit(); END $$;

CREATE FUNCTION api.list_products(
    q api.search_text DEFAULT NULL, category uuid DEFAULT NULL, merchant uuid DEFAULT NULL, min_price api.price DEFAULT NULL,
    max_price api.price DEFAULT NULL, currency api.currency DEFAULT 'USD', in_stock boolean DEFAULT NULL, sort api.product_sort DEFAULT NULL,
    "limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL
)
RETURNS api.product_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    -- Filters are optional: a plan for all cases would fit none.
    SET plan_cache_mode = force_custom_plan
    -- 0.6, the default, takes "goosneck" for another word than "gooseneck".
    SET pg_trgm.word_similarity_threshold = 0.4 AS $$
DECLARE
    v_after      CONSTANT jsonb := messaging.decode_cursor(list_products.cursor);
    v_id         CONSTANT uuid := CASE WHEN pg_input_is_valid(v_after ->> 'id', 'uuid') THEN (v_after ->> 'id')::uuid END;
    v_query      CONSTANT tsquery := websearch_to_tsquery('english', list_products.q);
    v_sort       CONSTANT text := CASE
        WHEN list_products.sort = 'relevance' AND list_products.q IS NULL THEN 'newest'
        ELSE coalesce(list_products.sort, CASE WHEN list_products.q IS NULL THEN 'newest' ELSE 'relevance' END) END;
    v_categories CONSTANT uuid[] := CASE WHEN list_products.category IS NOT NULL THEN catalog.category_tree(list_products.category) END;
    v_products   catalog.products[];
    v_keys       text[];
BEGIN
    IF v_after IS NOT NULL AND (v_after ->> 'sort' IS DISTINCT FROM v_sort OR v_id IS NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'cursor_invalid',
            MESSAGE = 'This cursor belongs to another list.', HINT = 'Send the next_cursor of the page before, with the same sort.';
    END IF;
    IF v_sort = 'newest' THEN
        SELECT array_agg(r.product ORDER BY r.n), array_agg(r.key ORDER BY r.n) INTO v_products, v_keys
        FROM (
            SELECT f.product, (f.product).created_at::text AS key, row_number() OVER () AS n
            FROM (
                SELECT f.* FROM catalog.find_products(list_products.currency, v_categories, list_products.merchant,
                    list_products.min_price, list_products.max_price, list_products.in_stock) AS f
                WHERE (v_query IS NULL OR (f.product).search @@ v_query OR list_products.q OPERATOR(extensions.<%) (f.product).name)
                  AND (v_after IS NULL OR ((f.product).created_at, (f.product).id) < ((v_after ->> 'key')::timestamptz, v_id))
                ORDER BY (f.product).created_at DESC, (f.product).id DESC LIMIT list_products."limit" + 1
            ) AS f
        ) AS r;
    ELSIF v_sort = 'name' THEN
        SELECT array_agg(r.product ORDER BY r.n), array_agg(r.key ORDER BY r.n) INTO v_products, v_keys
        FROM (
            SELECT f.product, (f.product).name AS key, row_number() OVER () AS n
            FROM (
                SELECT f.* FROM catalog.find_products(list_products.currency, v_categories, list_products.merchant,
                    list_products.min_price, list_products.max_price, list_products.in_stock) AS f
                WHERE (v_query IS NULL OR (f.product).search @@ v_query OR list_products.q OPERATOR(extensions.<%) (f.product).name)
                  AND (v_after IS NULL OR ((f.product).name, (f.product).id) > (v_after ->> 'key', v_id))
                ORDER BY (f.product).name, (f.product).id LIMIT list_products."limit" + 1
            ) AS f
        ) AS r;
    ELSIF v_sort = 'price' THEN
        SELECT array_agg(r.product ORDER BY r.n), array_agg(r.key ORDER BY r.n) INTO v_products, v_keys
        FROM (
            SELECT f.product, f.amount::text AS key, row_number() OVER () AS n
            FROM (
                SELECT f.* FROM (
                    SELECT p AS product, r.amount FROM catalog.prices AS r JOIN catalog.products AS p ON p.id = r.product_id
                    WHERE r.currency = list_products.currency::char(3) AND upper_inf(r.valid) AND lower(r.valid) <= now()
                    UNION ALL
                    SELECT p, r.amount FROM catalog.prices AS r JOIN catalog.products AS p ON p.id = r.product_id
                    WHERE r.currency = list_products.currency::char(3) AND NOT upper_inf(r.valid) AND upper(r.valid) > now() AND lower(r.valid) <= now()
                ) AS f JOIN catalog.stock AS s ON s.product_id = (f.product).id
                WHERE (f.product).deleted_at IS NULL
                  AND (v_categories IS NULL OR (f.product).category_id = ANY (v_categories))
                  AND (list_products.merchant IS NULL OR (f.product).merchant_id = list_products.merchant)
                  AND (list_products.min_price IS NULL OR f.amount >= list_products.min_price)
                  AND (list_products.max_price IS NULL OR f.amount <= list_products.max_price)
                  AND (list_products.in_stock IS NOT TRUE OR s.on_hand > s.reserved)
                  AND (v_query IS NULL OR (f.product).search @@ v_query OR list_products.q OPERATOR(extensions.<%) (f.product).name)
                  AND (v_after IS NULL OR (f.amount, (f.product).id) > ((v_after ->> 'key')::bigint, v_id))
                ORDER BY f.amount, (f.product).id LIMIT list_products."limit" + 1
            ) AS f
        ) AS r;
    ELSIF v_sort = '-price' THEN
        SELECT array_agg(r.product ORDER BY r.n), array_agg(r.key ORDER BY r.n) INTO v_products, v_keys
        FROM (
            SELECT f.product, f.amount::text AS key, row_number() OVER () AS n
            FROM (
                SELECT f.* FROM (
                    SELECT p AS product, r.amount FROM catalog.prices AS r JOIN catalog.products AS p ON p.id = r.product_id
                    WHERE r.currency = list_products.currency::char(3) AND upper_inf(r.valid) AND lower(r.valid) <= now()
                    UNION ALL
                    SELECT p, r.amount FROM catalog.prices AS r JOIN catalog.products AS p ON p.id = r.product_id
                    WHERE r.currency = list_products.currency::char(3) AND NOT upper_inf(r.valid) AND upper(r.valid) > now() AND lower(r.valid) <= now()
                ) AS f JOIN catalog.stock AS s ON s.product_id = (f.product).id
                WHERE (f.product).deleted_at IS NULL
                  AND (v_categories IS NULL OR (f.product).category_id = ANY (v_categories))
                  AND (list_products.merchant IS NULL OR (f.product).merchant_id = list_products.merchant)
                  AND (list_products.min_price IS NULL OR f.amount >= list_products.min_price)
                  AND (list_products.max_price IS NULL OR f.amount <= list_products.max_price)
                  AND (list_products.in_stock IS NOT TRUE OR s.on_hand > s.reserved)
                  AND (v_query IS NULL OR (f.product).search @@ v_query OR list_products.q OPERATOR(extensions.<%) (f.product).name)
                  AND (v_after IS NULL OR (f.amount, (f.product).id) < ((v_after ->> 'key')::bigint, v_id))
                ORDER BY f.amount DESC, (f.product).id DESC LIMIT list_products."limit" + 1
            ) AS f
        ) AS r;
    ELSE
        SELECT array_agg(r.product ORDER BY r.n), array_agg(r.key ORDER BY r.n) INTO v_products, v_keys
        FROM (
            SELECT f.product, (ts_rank((f.product).search, v_query) + extensions.word_similarity(list_products.q, (f.product).name))::text AS key, row_number() OVER () AS n
            FROM (
                SELECT f.* FROM catalog.find_products(list_products.currency, v_categories, list_products.merchant,
                    list_products.min_price, list_products.max_price, list_products.in_stock) AS f
                WHERE ((f.product).search @@ v_query OR list_products.q OPERATOR(extensions.<%) (f.product).name)
                  AND (v_after IS NULL OR ((ts_rank((f.product).search, v_query) + extensions.word_similarity(list_products.q, (f.product).name)), (f.product).id) < ((v_after ->> 'key')::real, v_id))
                ORDER BY (ts_rank((f.product).search, v_query) + extensions.word_similarity(list_products.q, (f.product).name)) DESC, (f.product).id DESC LIMIT list_products."limit" + 1
            ) AS f
        ) AS r;
    END IF;

    RETURN ROW(
        coalesce(ARRAY(SELECT api.render_product(v_products[n], list_products.currency)
                       FROM generate_subscripts(v_products[1:list_products."limit"], 1) AS n ORDER BY n), '{}'),
        CASE WHEN cardinality(v_products) > list_products."limit" THEN messaging.encode_cursor(jsonb_build_object(
            'sort', v_sort, 'key', v_keys[list_products."limit"], 'id', (v_products[list_products."limit"]).id)) END
    )::api.product_page;
END $$;

COMMENT ON FUNCTION api.list_products IS
'List products

Search (words, also with typos), filters and sorting: relevance (the default with q), newest (the default without), name, price, -price. The
price in force now; products without a price in the currency are left out.';

GRANT EXECUTE ON FUNCTION api.list_products TO app_anonymous;
