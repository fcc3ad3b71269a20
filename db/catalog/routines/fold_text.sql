-- A text without what people write differently when they search: upper case, accents, ligatures, full-width letters,
-- invisible characters. й stays a letter of its own; the marks of Indic scripts and the dots of kana stay.
-- Callers:   name_key, search_vector, search_words, parse_search.
CREATE OR REPLACE FUNCTION catalog.fold_text(text text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- One collation for all servers. Most texts are ASCII.
    IF octet_length(fold_text.text) = char_length(fold_text.text) THEN
        RETURN lower(fold_text.text COLLATE pg_c_utf8);
    END IF;
    RETURN normalize(
        translate(
            replace(replace(replace(replace(
                regexp_replace(
                    replace(lower(normalize(fold_text.text, NFKD) COLLATE pg_c_utf8), U&'\0438\0306', U&'\0439'),
                    -- Latin, Greek and Cyrillic accents; Hebrew and Arabic vowel signs; soft hyphen, zero width.
                    '[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u0591-\u05bd\u05bf-\u05c7'
                        || '\u0610-\u061a\u0640\u064b-\u065f\u0670\u00ad\u200b-\u200f\u2060\ufeff]', '', 'g'),
                'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
            'øđðłħıŋς', 'oddlhinσ'),
        NFKC);
END $$;

GRANT EXECUTE ON FUNCTION catalog.fold_text TO store_api;
