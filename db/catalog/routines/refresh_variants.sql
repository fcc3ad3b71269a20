-- Writes what variants have of their parent: the name with their values ("T-shirt, red, M": what carts, orders and
-- invoices show), the category and the tax category; and to the parent the words of its variants that find it: a line
-- for each SKU, after #, and each value (catalog.search_vector). Rows that are right are not written.
-- Callers:   api.create_product, api.create_variant, api.delete_product, api.update_product.
-- Locks:     none; the caller holds the parent.
CREATE OR REPLACE FUNCTION catalog.refresh_variants(parent_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE catalog.products AS v
    SET name = n.name, category_id = n.category_id, tax_category = n.tax_category, version = v.version + 1
    FROM (
        SELECT c.id, p.category_id, p.tax_category,
               p.name || coalesce(', ' || (SELECT string_agg(c.option_values ->> o.name, ', ' ORDER BY o.position)
                                           FROM catalog.product_options AS o WHERE o.product_id = p.id), '') AS name
        FROM catalog.products AS p JOIN catalog.products AS c ON c.parent_id = p.id
        WHERE p.id = refresh_variants.parent_id AND c.deleted_at IS NULL
    ) AS n
    WHERE v.id = n.id
      AND (v.name, v.category_id, v.tax_category) IS DISTINCT FROM (n.name, n.category_id, n.tax_category);
    UPDATE catalog.products AS p SET variant_words = w.words
    FROM (
        SELECT coalesce(string_agg(u.word, E'\n' ORDER BY u.word), '') AS words
        FROM (SELECT '#' || v.sku AS word FROM catalog.products AS v
              WHERE v.parent_id = refresh_variants.parent_id AND v.deleted_at IS NULL
              UNION
              SELECT e.value FROM catalog.products AS v CROSS JOIN LATERAL jsonb_each_text(v.option_values) AS e
              WHERE v.parent_id = refresh_variants.parent_id AND v.deleted_at IS NULL) AS u
    ) AS w
    WHERE p.id = refresh_variants.parent_id AND p.variant_words <> w.words;
END $$;

GRANT EXECUTE ON FUNCTION catalog.refresh_variants TO store_api;
