-- Imports the lines that COPY wrote to pg_temp.import_draft in this transaction. A short file is checked and applied at
-- once, a long one by the worker.
-- Locks:  an advisory lock of the merchant, so that concurrent imports are counted; for a short file those of
--         apply_import.
-- Errors: import_empty, import_too_long 422, too_many_imports 429.
CREATE FUNCTION api.import_products(columns api.import_columns, on_conflict api.import_conflict DEFAULT 'reject')
RETURNS api.product_import
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_lines integer;
    v_id    uuid;
BEGIN
    SELECT count(*) INTO v_lines FROM pg_temp.import_draft AS d;
    IF v_lines = 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'import_empty',
            MESSAGE = 'The file has no line below the column names.';
    ELSIF v_lines > 20000 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'import_too_long',
            MESSAGE = 'An import has at most 20,000 lines.',
            HINT = 'Send several, one after the other.';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('catalog.imports ' || v_actor, 0));
    IF v_lines + coalesce((SELECT sum(i.lines) FROM catalog.imports AS i
                           WHERE i.merchant_id = v_actor AND i.created_at > now() - interval '1 day'), 0) > 500000 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH429', CONSTRAINT = 'too_many_imports',
            MESSAGE = 'A merchant can import at most 500,000 lines a day.', HINT = 'Send only what has changed.',
            DETAIL = '{"retry_after": 3600}';
    END IF;
    INSERT INTO catalog.imports (merchant_id, columns, lines, on_conflict)
    VALUES (v_actor, import_products.columns, v_lines, coalesce(import_products.on_conflict, 'reject'))
    RETURNING id INTO v_id;
    INSERT INTO catalog.import_lines (import_id, line, sku, name, description, category, price, currency, stock,
                                      weight, requires_shipping, tax_category, attributes, images, base, status,
                                      code, message)
    SELECT v_id, d.line, nullif(catalog.trim_cell(d.sku), ''), nullif(catalog.trim_cell(d.name), ''),
           catalog.trim_cell(d.description), nullif(catalog.trim_cell(d.category), ''),
           nullif(catalog.trim_cell(d.price), ''), nullif(catalog.trim_cell(d.currency), ''),
           nullif(catalog.trim_cell(d.stock), ''), nullif(catalog.trim_cell(d.weight), ''),
           nullif(catalog.trim_cell(d.requires_shipping), ''), nullif(catalog.trim_cell(d.tax_category), ''),
           nullif(catalog.trim_cell(d.attributes), ''), nullif(catalog.trim_cell(d.images), ''),
           nullif(catalog.trim_cell(d.base), ''),
           CASE WHEN d.problem IS NOT NULL THEN 'error' END, CASE WHEN d.problem IS NOT NULL THEN 'cells_missing' END,
           d.problem
    FROM pg_temp.import_draft AS d;

    IF v_lines > 1000 THEN
        PERFORM messaging.enqueue_job('import_products', jsonb_build_object('import_id', v_id));
    ELSE
        WHILE api.continue_import(v_id) LOOP
            NULL;
        END LOOP;
    END IF;
    RETURN api.render_import(i) FROM catalog.imports AS i WHERE i.id = v_id;
END $$;

COMMENT ON FUNCTION api.import_products IS
'Import products

A CSV file, up to 20,000 lines; the first one names the columns: sku, name, description, category (its slug), price
(minor units), currency, stock (pieces on hand), weight (grams), requires_shipping (true or false; true for a new
product), tax_category, attributes (JSON), images (addresses separated by spaces), base (of an export). A line whose SKU
you already have changes that product, any other line creates one; columns that are left out stay as they are. Either
all lines are applied or none: the report has the result or the error of each. Up to 1,000 lines are processed at once
(201, or 422 import_rejected with the report); more are accepted with 202, and the import shows its progress.

Variants are lines of their own, which set their prices, stock and other fields; their name, category and tax category
are those of the product they belong to, which POST /products makes with its options and variants.

Of a line with a `base`, only what was changed in the file is changed: stock by the difference, so that sales since the
export stay (10 in the export and 12 in the file: two more). What the shop has changed as well is a conflict, and an
error of its line (`import_conflict`); with `on_conflict=file` the file''s value is taken, with `on_conflict=shop` the
shop''s. The same file sent again changes nothing more. Without a `base` the values are taken as they are. Prices that
are planned for later stay.

The columns are separated by commas, semicolons or tabs. The file is in UTF-8, in UTF-16 with a byte order mark, or in
the encoding that Content-Type names: `text/csv; charset=windows-1252`. Empty lines, and columns without a name in which
nothing stands, are ignored.';

GRANT EXECUTE ON FUNCTION api.import_products TO app_merchant;
