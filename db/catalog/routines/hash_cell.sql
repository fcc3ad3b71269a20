-- Forty bits of a hash of a value, as ten hexadecimal digits, to find out whether it has changed. Line ends and blanks
-- at the ends, which a spreadsheet may change, do not count. Not SHA-256: that took longer than all else of an import.
-- The hash is the one of hash partitions, which is kept by pg_upgrade.
-- Callers:   api.check_import, catalog.hash_fields, catalog.make_import_base, catalog.read_import_base.
CREATE OR REPLACE FUNCTION catalog.hash_cell(value text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN right(lpad(to_hex(hashtextextended(
    CASE
        -- As in catalog.trim_cell.
        WHEN octet_length(hash_cell.value) = char_length(hash_cell.value)
            AND left(hash_cell.value, 1) > ' ' COLLATE "C" AND right(hash_cell.value, 1) > ' ' COLLATE "C"
        THEN replace(hash_cell.value, E'\r\n', E'\n')
        ELSE regexp_replace(normalize(replace(hash_cell.value, E'\r\n', E'\n')), '^\s+|\s+$', '', 'g')
    END COLLATE "C", 0
)), 16, '0'), 10);

GRANT EXECUTE ON FUNCTION catalog.hash_cell TO store_api;
