-- Refuses the deletion of a product (with its variants) or category that a promotion is for. A promotion that is
-- disabled or over prevents nothing: it loses the category (a deleted product keeps its row) and keeps its scope; with
-- empty lists it is for nothing.
-- Callers:   api.delete_product, api.delete_bundle, api.delete_category.
-- Locks:     the lists of promotions that are disabled or over.
-- Errors:    product_in_promotion, category_in_promotion 409.
-- Definer:   merchants may not read promotions; they learn ids and names, and no codes.
CREATE OR REPLACE FUNCTION sales.leave_promotions(product_id uuid, category_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_promotions CONSTANT jsonb := (
        SELECT jsonb_build_object('promotions', jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name) ORDER BY p.id))
        FROM sales.promotions AS p
        WHERE p.enabled AND (p.valid_until IS NULL OR p.valid_until > now())
          AND p.id IN (SELECT x.promotion_id FROM sales.promotion_products AS x
                       WHERE x.product_id = leave_promotions.product_id
                          OR x.product_id IN (SELECT v.id FROM catalog.products AS v
                                              WHERE v.parent_id = leave_promotions.product_id AND v.deleted_at IS NULL)
                       UNION SELECT x.promotion_id FROM sales.promotion_categories AS x
                       WHERE x.category_id = leave_promotions.category_id)
        HAVING count(*) > 0);
BEGIN
    IF v_promotions IS NOT NULL AND leave_promotions.category_id IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'category_in_promotion',
            MESSAGE = 'A promotion is for this category.', HINT = 'Disable the promotion or change its scope.',
            DETAIL = v_promotions::text;
    ELSIF v_promotions IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'product_in_promotion',
            MESSAGE = 'A promotion is for this product.',
            HINT = 'Customer service can disable the promotion or change its scope.', DETAIL = v_promotions::text;
    END IF;
    DELETE FROM sales.promotion_categories AS x WHERE x.category_id = leave_promotions.category_id;
END $$;

GRANT EXECUTE ON FUNCTION sales.leave_promotions TO store_api;
