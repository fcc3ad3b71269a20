-- A cell of an uploaded file in its canonical form: composed (NFC) and without blanks at its ends. The apostrophe of
-- catalog.guard_cell is not part of the value.
-- A cell of ASCII without blank or apostrophe at its ends is returned as it is, at a tenth of the cost: a file has a
-- million of them. Without SET, so that it is inlined.
-- Callers:   api.import_products.
CREATE OR REPLACE FUNCTION catalog.trim_cell(cell text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN trim_cell.cell = '' OR octet_length(trim_cell.cell) = char_length(trim_cell.cell)
        AND left(trim_cell.cell, 1) > '''' COLLATE "C" AND right(trim_cell.cell, 1) > ' ' COLLATE "C"
    THEN trim_cell.cell
    ELSE regexp_replace(
        regexp_replace(normalize(trim_cell.cell), '^''([-=+@\t\r\n''＝＋－＠])', '\1'),
        '^\s+|\s+$', '', 'g'
    )
END;

GRANT EXECUTE ON FUNCTION catalog.trim_cell TO store_api;
