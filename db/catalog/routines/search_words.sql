-- The words of a product that a search can be corrected to, folded, each with its stem. Text with a digit is not a
-- word; common words have no stem; scripts that cut_words cuts into pairs have no words.
-- Callers:   learn_words, reindex_products, the demo at scale.
CREATE OR REPLACE FUNCTION catalog.search_words(name text, description text, attributes jsonb, config regconfig)
RETURNS TABLE (word text, stem text)
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT w.word, w.stem
    FROM (
        SELECT t.lexeme AS word, (tsvector_to_array(to_tsvector(search_words.config, t.lexeme)))[1] AS stem
        FROM unnest(to_tsvector('simple', catalog.name_key(
            search_words.name || ' ' || search_words.description
            || coalesce((SELECT string_agg(' ' || (v.value #>> '{}'), '')
                         FROM jsonb_path_query(search_words.attributes, 'strict $.** ? (@.type() == "string")')
                             AS v (value)), '')))) AS t
        WHERE t.lexeme COLLATE pg_c_utf8 ~ '^[[:alpha:]]{3,40}$' AND t.lexeme !~ '[\u0e00-\u0eff\u1000-\uffff]'
    ) AS w
    WHERE w.stem IS NOT NULL;
$$;
