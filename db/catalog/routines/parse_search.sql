-- Turns the text of a search box into a query on catalog.products.search: all words in any form, "a phrase", -without,
-- OR; an SKU as it is. A word that no product contains also stands for the words that it is a prefix or a misspelling
-- of.
-- Callers:   list_products, get_product_facets.
CREATE OR REPLACE FUNCTION catalog.parse_search(q text)
RETURNS tsquery
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_query tsquery := websearch_to_tsquery('english', parse_search.q);
    v_word  text;
    v_stem  text;
    v_near  text;
    v_meant tsquery;
BEGIN
    -- At most twelve words are looked up: searches are rarely longer, and each word costs an index scan.
    FOR v_word IN
        SELECT t.lexeme
        FROM unnest(to_tsvector('simple', parse_search.q)) AS t
        WHERE t.lexeme ~ '^[[:alpha:]]{2,40}$' LIMIT 12
    LOOP
        v_stem := (ts_lexize('english_stem', v_word))[1];
        CONTINUE WHEN v_stem IS NULL OR EXISTS (SELECT FROM catalog.search_words AS k WHERE k.stem = v_stem);
        v_meant := to_tsquery('simple', v_stem || ':*');
        IF char_length(v_word) >= 4 THEN
            FOREACH v_near IN ARRAY catalog.near_stems(v_word) LOOP
                v_meant := v_meant || plainto_tsquery('simple', v_near);
            END LOOP;
        END IF;
        v_query := ts_rewrite(v_query, plainto_tsquery('simple', v_stem), v_meant);
    END LOOP;
    -- SKUs are stored as they are written, not stemmed.
    IF parse_search.q ~ '^\S*\d\S*$' THEN
        v_query := v_query || phraseto_tsquery('simple', parse_search.q);
    END IF;
    RETURN v_query;
END $$;

GRANT EXECUTE ON FUNCTION catalog.parse_search TO store_api;
