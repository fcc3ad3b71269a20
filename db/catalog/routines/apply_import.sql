-- Applies the lines of an import, all or none: new products with price and stock, changed fields, new price versions,
-- stock by difference. Of a line with a base, only what was changed in the file: catalog.merge_import. What was checked
-- may have changed since (a category was deleted, pieces were reserved), so it is checked again under the locks; if a
-- check fails, the whole import is rejected. Values that a product already has are not written.
-- Callers:   api.continue_import, which holds the import.
-- Locks:     the merchant's imports, products in id order, stock in product order.
-- Errors:    none of its own; a product that another session creates at the same time violates sku_taken, and the
--            import is repeated.
-- Definer:   the worker applies it for its merchant; every product that it touches belongs to that merchant.
CREATE OR REPLACE FUNCTION catalog.apply_import(import_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    -- Planned for this import's lines, for which there are no statistics yet.
    SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    v_import catalog.imports;
    v_failed integer;
    v_from   timestamptz;
    v_priced uuid[];
    v_touched uuid[];
BEGIN
    SELECT * INTO STRICT v_import FROM catalog.imports AS i WHERE i.id = apply_import.import_id;
    PERFORM set_config('app.actor', v_import.merchant_id::text, true);    -- the audit names the merchant
    PERFORM pg_advisory_xact_lock(hashtextextended('import ' || v_import.merchant_id, 0));
    PERFORM FROM catalog.products AS p
    WHERE p.merchant_id = v_import.merchant_id AND p.deleted_at IS NULL
      AND p.sku IN (SELECT l.sku FROM catalog.import_lines AS l WHERE l.import_id = v_import.id)
    ORDER BY p.id FOR NO KEY UPDATE;

    CREATE TEMPORARY TABLE import_products ON COMMIT DROP AS
    SELECT l.line, coalesce(p.id, uuidv7()) AS id, p.id IS NULL AS new, l.sku, l.name, l.description,
           c.id AS category_id, l.price::bigint AS price, l.currency::char(3) AS currency, l.stock::bigint AS stock,
           l.weight::integer AS weight, l.requires_shipping::boolean AS requires_shipping, l.tax_category,
           coalesce(l.attributes::jsonb, '{}') AS attributes,
           coalesce(regexp_split_to_array(l.images, '\s+'), '{}') AS images,
           l.category IS NOT NULL AND c.id IS NULL AS category_gone, p.kind <> 'product' AS taken,
           l.category,
           -- What the line was based on: what it said in the last import of that export, otherwise the export.
           b.product_id = p.id AS based, b.exported_at,
           CASE WHEN o.product_id IS NULL THEN b.price ELSE o.price END AS base_price,
           CASE WHEN o.product_id IS NULL THEN b.currency ELSE o.currency END AS base_currency,
           coalesce(o.stock, b.stock) AS base_stock, coalesce(o.fields, b.fields) AS base_fields,
           p.id IS NULL AND w.id IS NOT NULL AS deleted
    FROM catalog.import_lines AS l
    LEFT JOIN catalog.products AS p ON p.merchant_id = v_import.merchant_id AND p.sku = l.sku AND p.deleted_at IS NULL
    LEFT JOIN catalog.categories AS c ON c.slug = l.category
    CROSS JOIN LATERAL catalog.read_import_base(l.base) AS b
    LEFT JOIN catalog.import_bases AS o ON o.product_id = b.product_id AND o.exported_at = b.exported_at
    LEFT JOIN catalog.products AS w ON w.id = b.product_id AND w.merchant_id = v_import.merchant_id
    WHERE l.import_id = v_import.id
    ORDER BY l.line;
    ALTER TABLE pg_temp.import_products
        ADD next_price bigint, ADD next_currency char(3), ADD next_stock bigint, ADD next_fields text[],
        ADD conflicts text;
    IF v_import.on_conflict = 'shop' THEN
        DELETE FROM pg_temp.import_products AS n WHERE n.deleted;
    END IF;
    CREATE UNIQUE INDEX ON pg_temp.import_products (id);
    CREATE UNIQUE INDEX ON pg_temp.import_products (line);
    ANALYZE pg_temp.import_products;

    PERFORM catalog.lock_stock(d.product_id)
    FROM (SELECT s.product_id FROM catalog.stock_levels AS s JOIN pg_temp.import_products AS n ON n.id = s.product_id
          WHERE CASE WHEN n.based THEN n.stock <> n.base_stock ELSE n.stock <> s.on_hand END
          ORDER BY s.product_id) AS d;
    PERFORM catalog.merge_import(v_import);
    UPDATE catalog.import_lines AS l SET status = 'error', code = e.code, message = e.message
    FROM (
        SELECT n.line, x.code, x.message
        FROM pg_temp.import_products AS n
        LEFT JOIN catalog.stock AS s ON s.product_id = n.id
        LEFT JOIN catalog.products AS v ON v.id = n.id AND v.parent_id IS NOT NULL
        CROSS JOIN LATERAL (VALUES
            (n.category_gone, 'category_not_found', 'There is no category with this slug any more.'),
            (n.taken, 'sku_taken', 'This SKU belongs to one of your bundles or products with options.'),
            (n.new AND (n.name IS NULL OR n.price IS NULL OR n.currency IS NULL), 'name_missing',
             'The product was deleted meanwhile,
                and a new one needs name and price.'),
            (n.deleted AND v_import.on_conflict = 'reject', 'product_deleted',
             'The product was deleted after the export.'),
            (n.name <> v.name OR n.tax_category <> v.tax_category
             OR v.id IS NOT NULL AND 'category' = ANY (v_import.columns)
                AND n.category_id IS DISTINCT FROM v.category_id,
             'field_of_parent',
             'A variant has its name, category and tax category from the product it belongs to. Change that product.'),
            (n.conflicts IS NOT NULL, 'import_conflict', format(
                'Changed in the shop as well since the export: %s. Export again, or send on_conflict=file or '
                'on_conflict=shop.', n.conflicts)),
            (n.stock > 1000000000, 'stock_out_of_range', 'Stock is a whole number from 0 to 1,000,000,000.'),
            (n.stock < s.reserved, 'stock_below_reserved', CASE WHEN n.based
                THEN format('There are %s pieces now, %s of them reserved for orders: the file takes %s away.',
                            s.on_hand, s.reserved, s.on_hand - n.stock)
                ELSE format('%s pieces are reserved for orders.', s.reserved) END)
        ) AS x (wrong, code, message)
        WHERE x.wrong
    ) AS e
    WHERE l.import_id = v_import.id AND l.line = e.line;
    GET DIAGNOSTICS v_failed = ROW_COUNT;
    IF v_failed > 0 THEN
        UPDATE catalog.imports AS i
        SET status = 'rejected', failed = v_failed, completed_at = clock_timestamp()
        WHERE i.id = v_import.id;
        DROP TABLE pg_temp.import_products;
        RETURN;
    END IF;

    -- New products.
    INSERT INTO catalog.products (id, merchant_id, category_id, sku, name, description, attributes, images, weight,
                                  requires_shipping, tax_category)
    SELECT n.id, v_import.merchant_id, n.category_id, n.sku, n.name, coalesce(n.description, ''), n.attributes,
           n.images, coalesce(n.weight, 0), coalesce(n.requires_shipping, true), coalesce(n.tax_category, 'standard')
    FROM pg_temp.import_products AS n WHERE n.new ORDER BY n.line;
    INSERT INTO catalog.prices (product_id, currency, version, amount, valid, created_by)
    SELECT n.id, n.currency, 1, n.price, tstzrange(now(), NULL), v_import.merchant_id
    FROM pg_temp.import_products AS n
    WHERE n.new
    ORDER BY n.line;
    INSERT INTO catalog.stock (product_id, on_hand) SELECT n.id, coalesce(n.stock, 0)
    FROM pg_temp.import_products AS n
    WHERE n.new
    ORDER BY n.line;
    INSERT INTO catalog.stock_movements (product_id, kind, on_hand_delta, reserved_delta, reason, actor_id)
    SELECT n.id, 'adjustment', n.stock, 0, 'first stock', v_import.merchant_id FROM pg_temp.import_products AS n
        WHERE n.new AND n.stock > 0 ORDER BY n.line;

    -- Prices that differ from the one in force: as in add_price_version, plans stay; here in one statement for all.
    v_from := clock_timestamp();
    v_priced := ARRAY(
        SELECT n.id FROM pg_temp.import_products AS n
        LEFT JOIN LATERAL catalog.price_in_force(n.id, n.currency::text, v_from) AS q ON true
        WHERE NOT n.new AND n.price IS NOT NULL AND n.price IS DISTINCT FROM q.amount);
    UPDATE catalog.prices AS q SET valid = tstzrange(lower(q.valid), v_from)
    FROM pg_temp.import_products AS n
    WHERE n.id = ANY (v_priced) AND q.product_id = n.id AND q.currency = n.currency AND q.valid @> v_from;
    INSERT INTO catalog.prices (product_id, currency, version, amount, valid, created_by)
    SELECT n.id, n.currency, v.last + 1, n.price, tstzrange(v_from, v.next), v_import.merchant_id
    FROM pg_temp.import_products AS n
    CROSS JOIN LATERAL (
        SELECT coalesce(max(q.version), 0) AS last, min(lower(q.valid)) FILTER (WHERE lower(q.valid) > v_from) AS next
        FROM catalog.prices AS q
        WHERE q.product_id = n.id AND q.currency = n.currency
    ) AS v
    WHERE n.id = ANY (v_priced) ORDER BY n.line;

    -- Fields that differ. A column that is not in the file stays as it is, and so does an empty cell of a name,
    -- weight, requires_shipping or tax category.
    WITH changed AS (
        UPDATE catalog.products AS p
        SET name = d.name, description = d.description, category_id = d.category_id, weight = d.weight,
            requires_shipping = d.requires_shipping, tax_category = d.tax_category, attributes = d.attributes,
            images = d.images, version = p.version + 1
        FROM (
            SELECT o.id, coalesce(n.name, o.name) AS name, coalesce(n.description, o.description) AS description,
                   CASE WHEN 'category' = ANY (v_import.columns) THEN n.category_id
                        ELSE o.category_id END AS category_id,
                   coalesce(n.weight, o.weight) AS weight,
                   coalesce(n.requires_shipping, o.requires_shipping) AS requires_shipping,
                   coalesce(n.tax_category, o.tax_category) AS tax_category,
                   CASE WHEN 'attributes' = ANY (v_import.columns) THEN n.attributes
                        ELSE o.attributes END AS attributes,
                   CASE WHEN 'images' = ANY (v_import.columns) THEN n.images ELSE o.images END AS images
            FROM pg_temp.import_products AS n JOIN catalog.products AS o ON o.id = n.id WHERE NOT n.new
        ) AS d
        WHERE p.id = d.id
          AND ((p.name, p.description, p.category_id, p.weight, p.requires_shipping, p.tax_category, p.attributes,
                p.images)
               IS DISTINCT FROM (d.name, d.description, d.category_id, d.weight, d.requires_shipping, d.tax_category,
                                 d.attributes, d.images)
               OR p.id = ANY (v_priced))
        RETURNING p.id
    ), moved AS (
        UPDATE catalog.stock AS s SET on_hand = n.stock
        FROM pg_temp.import_products AS n WHERE NOT n.new AND s.product_id = n.id AND s.on_hand <> n.stock
        RETURNING s.product_id, new.on_hand - old.on_hand AS delta
    ), written AS (
        INSERT INTO catalog.stock_movements (product_id, kind, on_hand_delta, reserved_delta, reason, actor_id)
        SELECT m.product_id, 'adjustment', m.delta, 0, 'import', v_import.merchant_id
        FROM moved AS m
        ORDER BY m.product_id
        RETURNING product_id
    )
    SELECT array_agg(t.id) INTO v_touched
    FROM (SELECT c.id FROM changed AS c UNION SELECT w.product_id FROM written AS w) AS t;

    INSERT INTO catalog.import_bases AS b (product_id, exported_at, price, currency, stock, fields)
    SELECT n.id, n.exported_at, n.next_price, n.next_currency, n.next_stock, n.next_fields
    FROM pg_temp.import_products AS n
    WHERE n.based
      AND (n.next_price, n.next_currency, n.next_stock, n.next_fields)
          IS DISTINCT FROM (n.base_price, n.base_currency, n.base_stock, n.base_fields)
    ON CONFLICT ON CONSTRAINT import_bases_pkey DO UPDATE
    SET price = excluded.price, currency = excluded.currency, stock = excluded.stock, fields = excluded.fields;
    UPDATE catalog.import_lines AS l
    SET status = coalesce((SELECT CASE WHEN n.new THEN 'created' WHEN n.id = ANY (v_touched) THEN 'updated'
                                       ELSE 'unchanged' END
                           FROM pg_temp.import_products AS n WHERE n.line = l.line), 'unchanged')
    WHERE l.import_id = v_import.id;
    UPDATE catalog.imports AS i
    SET status = 'completed', completed_at = clock_timestamp(), created = c.created, updated = c.updated,
        unchanged = c.unchanged
    FROM (
        SELECT count(*) FILTER (WHERE l.status = 'created') AS created,
               count(*) FILTER (WHERE l.status = 'updated') AS updated,
               count(*) FILTER (WHERE l.status = 'unchanged') AS unchanged
        FROM catalog.import_lines AS l WHERE l.import_id = v_import.id
    ) AS c
    WHERE i.id = v_import.id;

    -- One statement for all events, instead of one call of record_event for each; no order stream is affected here.
    INSERT INTO messaging.events (type, account_id, data, actor_id)
    SELECT e.type, v_import.merchant_id, e.data, v_import.merchant_id
    FROM (
        SELECT n.line, 'product.created' AS type, jsonb_build_object('product_id', n.id, 'sku', n.sku) AS data
            FROM pg_temp.import_products AS n WHERE n.new
        UNION ALL
        SELECT n.line, 'product.price_changed',
               jsonb_build_object('product_id', n.id, 'price', n.price, 'currency', n.currency, 'valid_from', v_from)
        FROM pg_temp.import_products AS n WHERE n.id = ANY (v_priced)
    ) AS e
    ORDER BY e.line;
    PERFORM messaging.record_event('products.imported', NULL, v_import.merchant_id, (
        SELECT jsonb_build_object('import_id', i.id, 'created', i.created, 'updated', i.updated,
                                  'unchanged', i.unchanged)
        FROM catalog.imports AS i WHERE i.id = v_import.id));
    DROP TABLE pg_temp.import_products;
END $$;

GRANT EXECUTE ON FUNCTION catalog.apply_import TO store_api;
