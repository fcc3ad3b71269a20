-- Creates pg_temp.import_draft, the target of COPY for a file of products, in this transaction. Its columns are those
-- in the file's first line.
-- Callers:   the web tier, before COPY.
-- Errors:    import_columns_invalid 422.
CREATE FUNCTION api.open_import(columns api.import_columns)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    c_known CONSTANT text[] :=
        '{sku,name,description,category,price,currency,stock,weight,requires_shipping,tax_category,attributes,images,'
        'base}';
    v_column text;
BEGIN
    SELECT c.name INTO v_column FROM unnest(open_import.columns) AS c (name)
    GROUP BY c.name HAVING c.name <> ALL (c_known) OR count(*) > 1 LIMIT 1;
    IF FOUND OR 'sku' <> ALL (coalesce(open_import.columns, '{}')) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'import_columns_invalid',
            MESSAGE = CASE WHEN v_column IS NULL THEN 'The first line must name the columns, sku among them.'
                           WHEN v_column = ANY (c_known) THEN format('The column %s is there twice.', v_column)
                           ELSE format('There is no column %s.', left(v_column, 50)) END,
            HINT =
                'The columns are ' || array_to_string(c_known, ', ') || '; those that are left out stay as they are.';
    END IF;
    PERFORM catalog.open_import_draft();
END $$;

COMMENT ON FUNCTION api.open_import IS
'Create the table for an import

For the web tier: a table for COPY, in the transaction that then calls import_products.';

GRANT EXECUTE ON FUNCTION api.open_import TO app_merchant;
