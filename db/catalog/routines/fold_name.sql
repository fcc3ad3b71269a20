-- A name without what people write differently: upper case, accents, blanks, punctuation.
-- Callers:   region_of.
CREATE OR REPLACE FUNCTION catalog.fold_name(name text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
-- One collation for all servers: the spellings were folded when the migration was written (.ci/regions.py).
RETURN regexp_replace(
    translate(
        replace(replace(replace(lower(normalize(fold_name.name, NFKD) COLLATE pg_c_utf8), 'æ', 'ae'), 'œ', 'oe'),
                'ß', 'ss'),
        'øđłıħðə' || U&'\02BB\02BC\02BF\02BE', 'odlihde'),
    '[^[:alnum:]]', '', 'g');

GRANT EXECUTE ON FUNCTION catalog.fold_name TO store_api;
