-- The next products of a search, best first, after the one with the given rank and id (NULL: from the beginning). If
-- more match than are ranked, each group of search_rank is looked for by itself, in its order, until the page is full:
-- exact names and SKUs; names that contain all words; all other products. So no name is cut off by the descriptions
-- that mention it. Of a group with more than 1,000 products the newest 1,000 are ranked.
-- Callers:   list_products.
CREATE OR REPLACE FUNCTION catalog.rank_products(
    terms catalog.search_terms, key text, after uuid, count integer,
    categories uuid[], merchant uuid, currency text, min_price bigint, max_price bigint, in_stock boolean,
    options jsonb, attributes jsonpath
)
RETURNS uuid[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    c_ranked CONSTANT integer := 1000;
    v_from   CONSTANT text := (terms).key || ' ';
    v_to     CONSTANT text := (terms).key || '!';
    v_named  CONSTANT uuid[] := catalog.match_products((terms).names, c_ranked + 1, categories, merchant, attributes);
    v_all    uuid[];
    v_priced CONSTANT boolean :=
        num_nonnulls(min_price, max_price, options) > 0 OR NOT catalog.is_sold_in(rank_products.currency);
    v_least  CONSTANT real[] := ARRAY[4, 3, 0];
    v_below  CONSTANT real[] := ARRAY['infinity'::real, 4, 3];
    v_query  tsquery;
    v_ids    uuid[];
    v_found  uuid[] := '{}';
BEGIN
    IF cardinality(v_named) <= c_ranked THEN
        v_all := catalog.match_products((terms).query, c_ranked + 1, categories, merchant, attributes);
    END IF;
    -- Few of the newest may be sold in this currency or at this price, or have these options.
    IF v_priced AND (v_all IS NULL OR cardinality(v_all) > c_ranked) THEN
        v_ids := catalog.match_priced_products((terms).query, c_ranked, categories, merchant, currency, min_price,
                                               max_price, in_stock, options, attributes);
        v_all := CASE WHEN cardinality(v_ids) < c_ranked THEN v_ids ELSE v_all END;
    END IF;
    IF cardinality(v_all) <= c_ranked THEN
        v_ids := catalog.order_matches(v_all, terms, 0, 'infinity', key, after, categories, merchant, attributes);
        RETURN catalog.keep_sold(v_ids, count, currency, min_price, max_price, in_stock, options);
    END IF;
    FOR v_group IN 1 .. 3 LOOP
        CONTINUE WHEN key::real < v_least[v_group];
        v_query := CASE v_group WHEN 1 THEN (terms).begun WHEN 2 THEN (terms).names ELSE (terms).query END;
        v_ids := CASE WHEN v_group = 2 THEN v_named
                      WHEN v_group = 3 AND v_all IS NOT NULL THEN v_all
                      ELSE catalog.match_products(v_query, c_ranked, categories, merchant, attributes) END;
        IF v_group = 1 THEN
            v_ids := v_ids || ARRAY(
                SELECT p.id FROM catalog.products AS p
                WHERE p.name_key = (terms).key AND (terms).key <> '' AND p.deleted_at IS NULL AND p.parent_id IS NULL
                LIMIT c_ranked);
        ELSIF v_group = 2 AND cardinality(v_ids) > c_ranked THEN
            v_ids := v_ids || ARRAY(
                SELECT p.id FROM catalog.products AS p
                WHERE p.name_key > v_from AND p.name_key < v_to AND p.deleted_at IS NULL AND p.parent_id IS NULL
                ORDER BY p.name_key, p.id LIMIT 500);
        END IF;
        IF v_priced AND cardinality(v_ids) >= c_ranked THEN
            v_ids := v_ids || catalog.match_priced_products(v_query, c_ranked, categories, merchant, currency,
                                                            min_price, max_price, in_stock, options, attributes);
        END IF;
        v_ids := catalog.order_matches(v_ids, terms, v_least[v_group], v_below[v_group], key, after, categories,
                                       merchant, attributes);
        v_found := v_found || catalog.keep_sold(v_ids, count - cardinality(v_found), currency, min_price, max_price,
                                                in_stock, options);
        EXIT WHEN cardinality(v_found) >= count;
    END LOOP;
    RETURN v_found;
END $$;

GRANT EXECUTE ON FUNCTION catalog.rank_products TO store_api;
