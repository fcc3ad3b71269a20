-- The cell `base` of an exported line: which product it is, when it was exported, its price and stock, hashes of its
-- other cells, and a hash of all that. One word that begins with a letter: a spreadsheet makes no number or date of it.
-- Callers:   api.export_products.
CREATE OR REPLACE FUNCTION catalog.make_import_base(
    product_id uuid, exported_at timestamptz, price bigint, currency text, stock bigint, fields text[]
)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_content CONSTANT text := format(
        '%s_%s_%s_%s_%s_%s', replace(make_import_base.product_id::text, '-', ''),
        to_hex((extract(epoch FROM make_import_base.exported_at) * 1000000)::bigint), make_import_base.price,
        make_import_base.currency, make_import_base.stock, array_to_string(make_import_base.fields, ''));
BEGIN
    RETURN 'b1_' || v_content || '_' || catalog.hash_cell(v_content);
END $$;

GRANT EXECUTE ON FUNCTION catalog.make_import_base TO store_api;
