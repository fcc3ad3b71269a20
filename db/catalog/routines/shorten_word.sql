-- A word, and each form of the word with one letter removed. Two words with one edit between them (a letter missing,
-- added, wrong, or two swapped) have one of these forms in common.
-- Callers:   learn_words, near_stems.
CREATE OR REPLACE FUNCTION catalog.shorten_word(word text)
RETURNS text[]
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    -- The word without its letter n; n = length + 1 gives the whole word.
    SELECT array_agg(DISTINCT left(shorten_word.word, n - 1) || substr(shorten_word.word, n + 1))
    FROM generate_series(1, char_length(shorten_word.word) + 1) AS n;
END;

GRANT EXECUTE ON FUNCTION catalog.shorten_word TO store_api;
