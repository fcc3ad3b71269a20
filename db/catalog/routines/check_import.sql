-- Checks the next lines of an import, 5,000 at most, with the same domains as create_product. The first fault of a line
-- is its error; a valid line is `skipped` until it is applied. What depends on the shop's values of that moment
-- (conflicts, stock by difference) is checked by catalog.apply_import. Not an endpoint.
-- Callers:   api.continue_import.
-- Locks:     the lines that it checks; the caller holds the import.
CREATE FUNCTION api.check_import(pending catalog.imports)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    -- Planned for this import's lines, for which there are no statistics yet.
    SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    v_last   integer;
    v_count  integer;
    v_failed integer;
BEGIN
    SELECT max(n.line), count(*) INTO v_last, v_count
    FROM (SELECT l.line
          FROM catalog.import_lines AS l
          WHERE l.import_id = pending.id AND l.line > pending.position
          ORDER BY l.line LIMIT 5000) AS n;

    -- A subquery per line, whatever the planner estimates for a table that has just been filled: a join took 25 s for
    -- 10,000 lines.
    UPDATE catalog.import_lines AS l SET (status, code, message) = (
        SELECT CASE WHEN c.code IS NULL THEN 'skipped' ELSE 'error' END, c.code, CASE c.code
            WHEN 'sku_missing' THEN 'The SKU is missing.'
            WHEN 'sku_malformed'
                THEN split_part(obj_description('api.sku'::regtype, 'pg_type'), E'\n', 1)  -- without its example
            WHEN 'sku_twice' THEN 'This SKU is in the file more than once.'
            WHEN 'sku_taken' THEN 'This SKU belongs to one of your bundles or products with options.'
            WHEN 'base_malformed'
                THEN 'The cell base is damaged. Copy it from the export, or empty it: then the line is taken as it is.'
            WHEN 'base_of_another_line' THEN format(
                'The cell base is of the product %s. Did the spreadsheet change the SKU (leading zeros)? Put it back, '
                'or empty the cell base.', w.sku)
            WHEN 'base_expired'
                THEN 'The stock has been changed in an export of more than 90 days ago. Export again.'
            WHEN 'product_deleted'
                THEN 'The product was deleted after the export. To create it again, empty the cell base.'
            WHEN 'name_missing' THEN 'A new product needs a name.'
            WHEN 'text_characters' THEN 'A name or description has characters that cannot be seen or printed.'
            WHEN 'text_length' THEN 'A name has 1 to 200 characters, a description up to 10,000.'
            WHEN 'text_lost' THEN 'A letter was lost when the file was saved (U+FFFD). Save it again, as CSV UTF-8.'
            WHEN 'price_missing' THEN 'A new product needs a price.'
            WHEN 'price_out_of_range'
                THEN 'A price is a whole number of minor units (cents), from 0 to 1,000,000,000,000'
                     || CASE WHEN l.price ~ '^\d+[.,]\d+$'
                             THEN ', without a point or comma: 12.50 euros are 1250.' ELSE '.' END
            WHEN 'currency_missing' THEN 'A price needs its currency.'
            WHEN 'currency_unknown' THEN 'The shop does not know this currency.'
            WHEN 'category_not_found' THEN 'There is no category with this slug.'
            WHEN 'stock_out_of_range' THEN 'Stock is a whole number from 0 to 1,000,000,000.'
            WHEN 'stock_below_reserved' THEN format('%s pieces are reserved for orders.', r.reserved)
            WHEN 'weight_out_of_range' THEN 'A weight is a whole number of grams, up to 10,000,000.'
            WHEN 'requires_shipping_malformed' THEN 'requires_shipping must be true or false.'
            WHEN 'tax_category_malformed' THEN 'A tax category is a word such as standard, reduced, books.'
            WHEN 'attributes_not_an_object' THEN 'attributes must be a JSON object.'
            WHEN 'attributes_too_large' THEN 'attributes can have at most 16 KiB and five levels.'
            WHEN 'image_url_malformed'
                THEN 'images are addresses that begin with http:// or https://, with spaces between.'
            WHEN 'too_many_images' THEN 'A product can have at most 20 images.'
        END
        FROM (VALUES (l.sku)) AS x (sku)
        LEFT JOIN catalog.products AS p
            ON p.merchant_id = pending.merchant_id AND p.sku = x.sku AND p.deleted_at IS NULL
        LEFT JOIN catalog.stock_levels AS r ON r.product_id = p.id
        CROSS JOIN LATERAL catalog.read_import_base(l.base) AS b
        -- A base of another shop's product says nothing.
        LEFT JOIN catalog.products AS w ON w.id = b.product_id AND w.merchant_id = pending.merchant_id
        CROSS JOIN LATERAL (SELECT
            CASE
                WHEN l.sku IS NULL THEN 'sku_missing'
                WHEN NOT pg_input_is_valid(l.sku, 'api.sku') THEN 'sku_malformed'
                WHEN EXISTS (SELECT FROM catalog.import_lines AS o
                             WHERE o.import_id = l.import_id AND o.sku = l.sku AND o.line <> l.line)
                    THEN 'sku_twice'
                WHEN p.kind <> 'product' THEN 'sku_taken'
                WHEN l.base IS NOT NULL
                    AND (b.product_id IS NULL OR b.exported_at > now() + interval '1 day') THEN 'base_malformed'
                WHEN w.id <> p.id OR w.sku <> l.sku AND w.deleted_at IS NULL THEN 'base_of_another_line'
                WHEN w.deleted_at IS NOT NULL AND pending.on_conflict = 'reject' THEN 'product_deleted'
                WHEN p.id IS NULL AND l.name IS NULL THEN 'name_missing'
                WHEN NOT pg_input_is_valid(l.name, 'api.line')
                    OR NOT pg_input_is_valid(l.description, 'api.paragraphs') THEN 'text_characters'
                WHEN NOT pg_input_is_valid(l.name, 'api.short_text')
                    OR NOT pg_input_is_valid(l.description, 'api.long_text') THEN 'text_length'
                WHEN strpos(concat(l.name, l.description), U&'\FFFD') > 0 THEN 'text_lost'
                WHEN p.id IS NULL AND l.price IS NULL THEN 'price_missing'
                WHEN NOT pg_input_is_valid(l.price, 'api.price') THEN 'price_out_of_range'
                WHEN l.price IS NOT NULL AND l.currency IS NULL THEN 'currency_missing'
                WHEN l.currency IS NOT NULL
                    AND NOT EXISTS (SELECT FROM catalog.currencies AS k WHERE k.code::text = l.currency)
                    THEN 'currency_unknown'
                WHEN l.category IS NOT NULL AND (w.id IS NULL OR b.fields[3] <> catalog.hash_cell(l.category))
                    AND NOT EXISTS (SELECT FROM catalog.categories AS k
                                    WHERE k.slug = l.category) THEN 'category_not_found'
                WHEN NOT pg_input_is_valid(l.stock, 'api.stock_count') THEN 'stock_out_of_range'
                WHEN w.id IS NOT NULL AND b.exported_at < now() - interval '90 days' AND l.stock::bigint <> b.stock
                    THEN 'base_expired'
                WHEN w.id IS NULL AND l.stock::bigint < r.reserved THEN 'stock_below_reserved'
                WHEN NOT pg_input_is_valid(l.weight, 'api.weight') THEN 'weight_out_of_range'
                WHEN NOT pg_input_is_valid(l.requires_shipping, 'boolean') THEN 'requires_shipping_malformed'
                WHEN NOT pg_input_is_valid(l.tax_category, 'api.tax_category') THEN 'tax_category_malformed'
                WHEN NOT pg_input_is_valid(l.attributes, 'jsonb') THEN 'attributes_not_an_object'
                WHEN jsonb_typeof(l.attributes::jsonb) <> 'object' THEN 'attributes_not_an_object'
                WHEN NOT pg_input_is_valid(l.attributes, 'api.attributes') THEN 'attributes_too_large'
                WHEN EXISTS (SELECT FROM regexp_split_to_table(l.images, '\s+') AS i
                             WHERE NOT pg_input_is_valid(i, 'api.image_url'))
                    THEN 'image_url_malformed'
                WHEN cardinality(regexp_split_to_array(l.images, '\s+')) > 20 THEN 'too_many_images'
            END OFFSET 0) AS c (code)    -- OFFSET 0: evaluated once, not at each reference
    )
    WHERE l.import_id = pending.id AND l.line > pending.position AND l.line <= v_last AND l.status IS NULL;

    SELECT count(*) INTO v_failed
    FROM catalog.import_lines AS l
    WHERE l.import_id = pending.id AND l.status = 'error' AND l.line <= v_last;
    UPDATE catalog.imports AS i
    SET position = coalesce(v_last, i.position), checked = i.checked + v_count, failed = v_failed,
        status = CASE WHEN i.checked + v_count < i.lines THEN 'checking'
                      WHEN v_failed > 0 THEN 'rejected'
                      ELSE 'applying' END,
        completed_at = CASE WHEN i.checked + v_count = i.lines AND v_failed > 0 THEN now() END
    WHERE i.id = pending.id;
END $$;
