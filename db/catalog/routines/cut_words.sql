-- The words of a folded text, with one blank between. Scripts without blanks between words (Chinese, Japanese, Thai,
-- Lao, Khmer, Burmese), and Korean, whose words are long, are cut into overlapping pairs of letters, so that a part of
-- a word can be found: 充電器 becomes 充電 電器 器, and in a search, which has to find both pairs, 充電 電器.
-- Callers:   search_vector, parse_term.
CREATE OR REPLACE FUNCTION catalog.cut_words(folded text, searched boolean)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    c_letters CONSTANT text := '\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3040-\u30fa'
        || '\u30fc-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff';
    v_text CONSTANT text :=
        regexp_replace(cut_words.folded COLLATE pg_c_utf8, '[[:punct:][:space:][:cntrl:]]+', ' ', 'g');
BEGIN
    IF octet_length(v_text) = char_length(v_text) OR v_text !~ ('[' || c_letters || ']') THEN
        RETURN v_text;
    END IF;
    RETURN (
        SELECT string_agg(CASE WHEN r.pair IS NULL THEN r.run[2] ELSE r.pair END, ' ' ORDER BY r.n)
        FROM (
            SELECT m.n, m.run, (
                SELECT string_agg(l.pair, ' ' ORDER BY l.n)
                FROM (SELECT c.n, c.letter || coalesce(lead(c.letter) OVER (ORDER BY c.n), '') AS pair
                      FROM string_to_table(m.run[1], NULL) WITH ORDINALITY AS c (letter, n)) AS l
                WHERE l.n = 1 OR NOT cut_words.searched OR l.n < char_length(m.run[1])
            ) AS pair
            FROM regexp_matches(v_text, '([' || c_letters || ']+)|([^ ' || c_letters || ']+)', 'g')
                WITH ORDINALITY AS m (run, n)
        ) AS r
    );
END $$;

GRANT EXECUTE ON FUNCTION catalog.cut_words TO store_api;
