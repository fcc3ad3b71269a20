-- Products on sale: searched, filtered, sorted, one page at a time, with the price in force now. Products without a
-- price in the currency are left out. Keyset pages: a cursor holds the last row's sort key and is valid for its sort
-- only.
-- Errors: cursor_invalid, filter_unknown 422.
CREATE FUNCTION api.list_products(
    q api.search_text DEFAULT NULL, category uuid DEFAULT NULL, merchant uuid DEFAULT NULL,
    min_price api.price DEFAULT NULL, max_price api.price DEFAULT NULL, currency api.currency DEFAULT 'USD',
    in_stock boolean DEFAULT NULL, sort api.product_sort DEFAULT NULL, "limit" api.page_limit DEFAULT 20,
    cursor api.page_cursor DEFAULT NULL, filters api.product_filters DEFAULT NULL
)
RETURNS api.product_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_terms CONSTANT catalog.search_terms := catalog.parse_search(list_products.q);
    v_sort  CONSTANT text := CASE WHEN list_products.q IS NOT NULL THEN coalesce(list_products.sort, 'relevance')
                                  WHEN list_products.sort = 'relevance'
                                      THEN 'newest' ELSE coalesce(list_products.sort, 'newest') END;
    v_after CONSTANT jsonb := messaging.decode_cursor(list_products.cursor);
    v_categories CONSTANT uuid[] :=
        CASE WHEN list_products.category IS NOT NULL THEN catalog.category_tree(list_products.category) END;
    v_filters CONSTANT record := catalog.parse_filters(list_products.filters);
    v_priced CONSTANT boolean := v_sort IN ('price', '-price');    -- the ids are those of offers
    v_key   text;
    v_id    uuid;
    v_ids   uuid[];
    v_rows  api.product[];
    v_shown integer := list_products."limit";
    v_last  api.product;
BEGIN
    IF v_after IS NOT NULL THEN
        IF v_after ->> 'sort' IS DISTINCT FROM v_sort OR pg_input_is_valid(v_after ->> 'id', 'uuid') IS NOT TRUE
            OR pg_input_is_valid(
                v_after ->> 'key',
                CASE v_sort WHEN 'newest' THEN 'timestamptz'
                            WHEN 'name' THEN 'text'
                            WHEN 'relevance' THEN 'real'
                            ELSE 'bigint' END) IS NOT TRUE
        THEN
            RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'cursor_invalid',
                MESSAGE = 'This cursor belongs to another list.',
                HINT = 'Send the next_cursor of the page before, with the same sort.';
        END IF;
        v_key := v_after ->> 'key';
        v_id := (v_after ->> 'id')::uuid;
    END IF;

    v_ids := CASE WHEN list_products.q IS NULL AND list_products.filters IS NULL THEN
        catalog.next_products(v_sort, v_key, v_id, list_products."limit" + 1, v_categories, list_products.merchant,
            list_products.currency, list_products.min_price, list_products.max_price, list_products.in_stock) END;
    IF v_sort = 'relevance' THEN
        v_ids := catalog.rank_products(v_terms, v_key, v_id, list_products."limit" + 1, v_categories,
                                       list_products.merchant, list_products.currency, list_products.min_price,
                                       list_products.max_price, list_products.in_stock, v_filters.options,
                                       v_filters.attributes);
    ELSIF v_ids IS NULL THEN
        v_ids := catalog.sort_products(v_sort, v_key, v_id, list_products."limit" + 1, v_terms.query, v_categories,
                                       list_products.merchant, list_products.currency, list_products.min_price,
                                       list_products.max_price, list_products.in_stock, v_filters.options,
                                       v_filters.attributes);
    END IF;
    v_rows := api.render_products(
        CASE WHEN v_priced
             THEN ARRAY(SELECT coalesce(p.parent_id, o.id)
                        FROM unnest(v_ids[1:list_products."limit"]) WITH ORDINALITY AS o (id, n)
                        JOIN catalog.products AS p ON p.id = o.id ORDER BY o.n)
             ELSE v_ids[1:list_products."limit"] END, list_products.currency);
    IF pg_column_size(v_rows) > 1048576 THEN
        v_shown := messaging.fit_page(ARRAY(SELECT pg_column_size(r) FROM unnest(v_rows) AS r));
        v_rows := v_rows[1:v_shown];
    END IF;
    IF cardinality(v_ids) > v_shown THEN
        v_last := v_rows[v_shown];
        v_key := CASE v_sort WHEN 'newest' THEN v_last.created_at::text WHEN 'name' THEN catalog.name_key(v_last.name)
                             WHEN 'relevance' THEN (SELECT catalog.search_rank(p.name_key, p.search, v_terms)
                                                    FROM catalog.products AS p
                                                    WHERE p.id = v_last.id)::text
                             ELSE (SELECT q.amount FROM catalog.price_in_force(v_ids[v_shown], list_products.currency)
                                   AS q)::text END;
    END IF;
    RETURN ROW(v_rows, CASE WHEN v_last.id IS NOT NULL THEN
        messaging.encode_cursor(
            jsonb_build_object('sort', v_sort, 'key', v_key, 'id', v_ids[v_shown])
        ) END)::api.product_page;
END $$;

COMMENT ON FUNCTION api.list_products IS
'List products

Search, filters and sorting: relevance (the default with q), newest (the default without q), name, price, -price. `q`
finds words in any form, also mistyped, without regard to case and accents; "a phrase"; -without; OR; a SKU, also its
beginning or without separators. Exact names and SKUs come first, then names that contain all words, then the rest; of
more than 1,000 in a group the newest 1,000 are ranked. The sort by name is alphabetical, without accents. A product
with options is found by the SKUs and values of its variants, and if one of its variants is within the price range, in
stock and has the options asked for; by price, it is where the cheapest of these is. Prices are those in force now;
products without a price in the currency are left out. A page has fewer products than `limit` where it would become
larger than 1 MiB: `next_cursor` says whether there are more. Without a log-in, `available` may be up to a second old;
changes by a merchant are visible at once.';

GRANT EXECUTE ON FUNCTION api.list_products TO app_anonymous;
