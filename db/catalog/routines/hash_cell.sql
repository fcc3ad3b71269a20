-- Forty bits of a hash of a value, as ten hexadecimal digits, to find out whether it has changed. Line ends and blanks
-- at the ends, which a spreadsheet may change, do not count.
-- Callers:   api.check_import, catalog.hash_fields, catalog.make_import_base, catalog.read_import_base.
CREATE OR REPLACE FUNCTION catalog.hash_cell(value text)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
RETURN left(encode(sha256(convert_to(
    regexp_replace(normalize(replace(hash_cell.value, E'\r\n', E'\n')), '^\s+|\s+$', '', 'g'), 'UTF8')), 'hex'), 10);

GRANT EXECUTE ON FUNCTION catalog.hash_cell TO store_api;
