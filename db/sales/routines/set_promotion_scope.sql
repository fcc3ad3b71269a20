-- Sets the products and categories (with all categories below them) that a promotion applies to; empty lists mean all.
-- NULL leaves a list unchanged.
-- Callers:   api.create_promotion, update_promotion.
-- Locks:     the promotion's scope.
-- Errors:    product_not_found, category_not_found 404.
CREATE OR REPLACE FUNCTION sales.set_promotion_scope(promotion_id uuid, product_ids uuid[], category_ids uuid[])
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF set_promotion_scope.product_ids IS NOT NULL THEN
        PERFORM catalog.refuse_product(w.id, false) FROM unnest(set_promotion_scope.product_ids) AS w (id)
        WHERE NOT EXISTS (SELECT FROM catalog.products AS p WHERE p.id = w.id);
        DELETE FROM sales.promotion_products AS x WHERE x.promotion_id = set_promotion_scope.promotion_id;
        INSERT INTO sales.promotion_products (promotion_id, product_id)
        SELECT DISTINCT set_promotion_scope.promotion_id, w.id FROM unnest(set_promotion_scope.product_ids) AS w (id);
    END IF;
    IF set_promotion_scope.category_ids IS NOT NULL THEN
        PERFORM catalog.require_category(w.id) FROM unnest(set_promotion_scope.category_ids) AS w (id);
        DELETE FROM sales.promotion_categories AS x WHERE x.promotion_id = set_promotion_scope.promotion_id;
        INSERT INTO sales.promotion_categories (promotion_id, category_id)
        SELECT DISTINCT set_promotion_scope.promotion_id, w.id FROM unnest(set_promotion_scope.category_ids) AS w (id);
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION sales.set_promotion_scope TO store_api;
