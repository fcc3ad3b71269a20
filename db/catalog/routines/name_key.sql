-- The words of a name, folded, with one blank between: names are sorted and compared by it. Its order is that of the
-- Latin alphabet without accents, then other scripts: Greek, Cyrillic, Hebrew, Arabic, kana, Han (by radical and
-- strokes), Hangul, each by its code points.
-- Callers:   index_product, reindex_products, parse_search, list_products.
CREATE OR REPLACE FUNCTION catalog.name_key(name text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
RETURN btrim(regexp_replace(catalog.fold_text(name_key.name) COLLATE pg_c_utf8,
                            '[[:punct:][:space:][:cntrl:]]+', ' ', 'g'));

GRANT EXECUTE ON FUNCTION catalog.name_key TO store_api;
