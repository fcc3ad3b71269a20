-- Takes the cell `base` of a line apart. All columns are null where there is none, or it was changed.
-- Callers:   api.check_import, catalog.apply_import.
CREATE OR REPLACE FUNCTION catalog.read_import_base(cell text)
RETURNS catalog.import_bases
LANGUAGE plpgsql STRICT STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_parts CONSTANT text[] := regexp_match(
        read_import_base.cell,
        '^b1_(([0-9a-f]{32})_([0-9a-f]{1,14})_([0-9]{0,18})_((?:[A-Z]{3})?)_([0-9]{1,18})_([0-9a-f]{80}))'
        '_([0-9a-f]{10})$');
    v_base catalog.import_bases;
BEGIN
    IF v_parts[8] = catalog.hash_cell(v_parts[1]) THEN
        v_base.product_id := v_parts[2]::uuid;
        v_base.exported_at := timestamptz 'epoch'
            + ('x' || lpad(v_parts[3], 16, '0'))::bit(64)::bigint * interval '1 microsecond';
        v_base.price := nullif(v_parts[4], '')::bigint;
        v_base.currency := nullif(v_parts[5], '');
        v_base.stock := v_parts[6]::bigint;
        v_base.fields := ARRAY(
            SELECT substr(v_parts[7], n.at, 10) FROM generate_series(1, 71, 10) AS n (at) ORDER BY n.at);
    END IF;
    RETURN v_base;
END $$;

GRANT EXECUTE ON FUNCTION catalog.read_import_base TO store_api;
