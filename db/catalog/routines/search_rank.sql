-- How well a product answers a search: 5 the exact name or SKU; 4 its SKU begins like this; from 3.5 the name begins
-- with all words, from 3 it contains them; below 2 other products. Within a group, names that have little else come
-- first; products found by their description are ranked by ts_rank.
-- Inlined: it has neither SET nor SECURITY DEFINER.
-- Callers:   rank_products, list_products.
CREATE OR REPLACE FUNCTION catalog.search_rank(name_key text, search tsvector, terms catalog.search_terms)
RETURNS real
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN name_key = (terms).key OR search @@ (terms).code THEN 5
        WHEN search @@ (terms).begun THEN 4
        WHEN search @@ (terms).names
            THEN 3 + CASE WHEN starts_with(name_key, (terms).key || ' ') THEN 0.5 ELSE 0 END
                 + 0.49 * char_length((terms).key) / (char_length((terms).key) + char_length(name_key))
        ELSE 1 + ts_rank(search, (terms).query, 32)
    END::real;
$$;

GRANT EXECUTE ON FUNCTION catalog.search_rank TO store_api;
