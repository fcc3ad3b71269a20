-- The stems of the words that a mistyped word may stand for, most similar first: words with one edit, or with similar
-- trigrams.
-- Callers:   parse_search.
CREATE OR REPLACE FUNCTION catalog.near_stems(word text, count integer DEFAULT 5)
RETURNS text[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ARRAY(
        SELECT n.stem
        FROM (
            SELECT w.stem, max(extensions.similarity(w.word, near_stems.word)) AS likeness, bool_or(w.near) AS near
            FROM (
                SELECT k.word, k.stem, true AS near
                FROM catalog.search_words AS k
                WHERE k.shorter && catalog.shorten_word(near_stems.word)
                UNION ALL
                SELECT k.word, k.stem, false
                FROM catalog.search_words AS k
                WHERE k.word OPERATOR(extensions.%) near_stems.word
            ) AS w
            GROUP BY w.stem
        ) AS n
        WHERE n.near OR n.likeness >= 0.45
        ORDER BY n.likeness + CASE WHEN n.near THEN 0.5 ELSE 0 END DESC, n.stem LIMIT near_stems.count
    );
END $$;

GRANT EXECUTE ON FUNCTION catalog.near_stems TO store_api;
