-- A cell of an uploaded file in its canonical form: composed (NFC) and without blanks at its ends. The apostrophe of
-- catalog.guard_cell is not part of the value.
-- Callers:   api.import_products.
CREATE OR REPLACE FUNCTION catalog.trim_cell(cell text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
RETURN regexp_replace(
    regexp_replace(normalize(trim_cell.cell), '^''([-=+@\t\r\n''＝＋－＠])', '\1'),
    '^\s+|\s+$', '', 'g'
);

GRANT EXECUTE ON FUNCTION catalog.trim_cell TO store_api;
