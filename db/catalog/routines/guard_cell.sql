-- A text as a cell of an exported file: an apostrophe in front where a spreadsheet would run it as a formula (it begins
-- with = + - @, as ASCII or in full width, tab or line break), and where it begins with an apostrophe itself.
-- catalog.trim_cell removes it.
-- Callers:   api.export_products.
CREATE OR REPLACE FUNCTION catalog.guard_cell(value text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
RETURN regexp_replace(guard_cell.value, '^([-=+@\t\r\n''＝＋－＠])', '''\1');

GRANT EXECUTE ON FUNCTION catalog.guard_cell TO store_api;
