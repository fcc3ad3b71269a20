-- A word, and the word without each one of its letters. Two words one mistake apart (a letter missing, added, wrong, or
-- two swapped) have one of these in common.
-- Callers:   learn_words, near_stems.
CREATE OR REPLACE FUNCTION catalog.shorten_word(word text)
RETURNS text[]
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    -- Without its letter n; one past the end is the whole word.
    SELECT array_agg(DISTINCT left(shorten_word.word, n - 1) || substr(shorten_word.word, n + 1))
    FROM generate_series(1, char_length(shorten_word.word) + 1) AS n;
END;

GRANT EXECUTE ON FUNCTION catalog.shorten_word TO store_api;
