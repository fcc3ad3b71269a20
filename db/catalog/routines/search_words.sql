-- The words of a product that a search can be corrected to, each with its stem. Text with a digit is not a word, and
-- stop words have no stem.
-- Callers:   learn_words.
CREATE OR REPLACE FUNCTION catalog.search_words(name text, description text, attributes jsonb)
RETURNS TABLE (word text, stem text)
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT w.word, w.stem
    FROM (
        SELECT t.lexeme AS word, (ts_lexize('english_stem', t.lexeme))[1] AS stem
        FROM unnest(to_tsvector('simple', search_words.name || ' ' || search_words.description)
                    || jsonb_to_tsvector('simple', search_words.attributes, '["string"]')) AS t
        WHERE t.lexeme ~ '^[[:alpha:]]{3,40}$'
    ) AS w
    WHERE w.stem IS NOT NULL;
$$;
