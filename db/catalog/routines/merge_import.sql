-- Merges the lines in pg_temp.import_products that have a base with what the shop has now: what the file has not
-- changed becomes the shop's value (null: left alone), stock becomes what there is now and the difference, and
-- `conflicts` names what both have changed to something else, unless the import says whose value is taken. `next_…` is
-- what the line says now, the base of the same export's next import.
-- Callers:   catalog.apply_import, which holds the products, and the stock that changes.
-- Locks:     none of its own.
CREATE OR REPLACE FUNCTION catalog.merge_import(i catalog.imports)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
    -- Planned for this import's lines, as in apply_import.
    SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    UPDATE pg_temp.import_products AS n
    SET name = CASE WHEN NOT m.kept[1] THEN n.name END,
        description = CASE WHEN NOT m.kept[2] THEN n.description END,
        category_id = CASE WHEN m.kept[3] THEN m.category_id ELSE n.category_id END,
        category_gone = n.category_gone AND NOT m.kept[3],
        weight = CASE WHEN NOT m.kept[4] THEN n.weight END,
        requires_shipping = CASE WHEN NOT m.kept[5] THEN n.requires_shipping END,
        tax_category = CASE WHEN NOT m.kept[6] THEN n.tax_category END,
        attributes = CASE WHEN m.kept[7] THEN m.attributes ELSE n.attributes END,
        images = CASE WHEN m.kept[8] THEN m.images ELSE n.images END,
        price = CASE WHEN NOT m.price_kept THEN n.price END,
        stock = CASE WHEN n.stock <> n.base_stock THEN m.on_hand + n.stock - n.base_stock END,
        conflicts = m.conflicts,
        next_price = CASE WHEN n.price IS NULL THEN n.base_price ELSE n.price END,
        next_currency = CASE WHEN n.price IS NULL THEN n.base_currency ELSE n.currency END,
        next_stock = coalesce(n.stock, n.base_stock),
        next_fields = m.fields
    FROM (
        SELECT o.id, p.category_id, p.attributes, p.images, s.on_hand, f.fields,
               ARRAY(SELECT NOT k.changed OR k.clash AND i.on_conflict = 'shop'
                     FROM unnest(f.changed, f.clash) WITH ORDINALITY AS k (changed, clash, at) ORDER BY k.at) AS kept,
               NOT y.changed OR y.clash AND i.on_conflict = 'shop' AS price_kept,
               CASE WHEN i.on_conflict = 'reject' THEN nullif(concat_ws(
                   ', ',
                   (SELECT string_agg(k.name, ', ' ORDER BY k.at)
                    FROM unnest(f.clash, ARRAY['name', 'description', 'category', 'weight', 'requires_shipping',
                                               'tax_category', 'attributes', 'images'])
                         WITH ORDINALITY AS k (clash, name, at)
                    WHERE k.clash),
                   CASE WHEN y.clash THEN format('price (%s in the export, %s in the shop)',
                                                 coalesce(o.base_price::text, 'none'), coalesce(q.amount::text, 'none'))
                   END), '') END AS conflicts
        FROM pg_temp.import_products AS o
        JOIN catalog.products AS p ON p.id = o.id
        JOIN catalog.stock_levels AS s ON s.product_id = o.id
        LEFT JOIN catalog.categories AS c ON c.id = p.category_id
        LEFT JOIN LATERAL catalog.price_in_force(o.id, o.currency::text, clock_timestamp()) AS q ON true
        -- What the file says, what it was based on, what the shop has: null where the file says nothing.
        CROSS JOIN LATERAL (
            SELECT array_agg(coalesce(h.said, h.was) ORDER BY h.at) AS fields,
                   array_agg(coalesce(h.said <> h.was, false) ORDER BY h.at) AS changed,
                   array_agg(coalesce(h.said <> h.was AND h.has <> h.was AND h.has <> h.said, false)
                             ORDER BY h.at) AS clash
            FROM unnest(
                catalog.hash_fields(
                    o.name, o.description, CASE WHEN 'category' = ANY (i.columns) THEN coalesce(o.category, '') END,
                    o.weight, o.requires_shipping, o.tax_category,
                    CASE WHEN 'attributes' = ANY (i.columns) THEN o.attributes END,
                    CASE WHEN 'images' = ANY (i.columns) THEN array_to_string(o.images, ' ') END),
                o.base_fields,
                catalog.hash_fields(
                    p.name, p.description, coalesce(c.slug, ''), p.weight, p.requires_shipping, p.tax_category,
                    p.attributes, array_to_string(p.images, ' '))
            ) WITH ORDINALITY AS h (said, was, has, at)
            OFFSET 0    -- once, not at each reference
        ) AS f
        -- A price in another currency than the export's is taken as it is.
        CROSS JOIN LATERAL (
            SELECT d.changed,
                   d.changed AND coalesce(o.base_currency = o.currency, true)
                       AND q.amount IS DISTINCT FROM o.base_price AND q.amount IS DISTINCT FROM o.price AS clash
            FROM (SELECT o.price IS NOT NULL
                         AND (o.price, o.currency) IS DISTINCT FROM (o.base_price, o.base_currency)) AS d (changed)
        ) AS y
        WHERE o.based
    ) AS m
    WHERE n.id = m.id;
END $$;
