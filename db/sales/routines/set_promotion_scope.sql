-- Sets what a promotion is for: its scope, and the products and categories (with all categories below them) that it
-- lists. NULL leaves a part as it is, except that a scope without a list empties that list. Without a scope the lists
-- say it; a promotion that loses the last of them does not become one for everything: that must be said.
-- Callers:   api.create_promotion, update_promotion.
-- Locks:     the promotion's scope; the caller holds the promotion.
-- Errors:    product_not_found, category_not_found 404; promotion_scope_mismatch, promotion_scope_empty 422.
CREATE OR REPLACE FUNCTION sales.set_promotion_scope(
    promotion_id uuid, scope text, product_ids uuid[], category_ids uuid[], OUT promotion sales.promotions,
    OUT changed boolean
)
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_before_products   CONSTANT uuid[] := ARRAY(
        SELECT x.product_id FROM sales.promotion_products AS x
        WHERE x.promotion_id = set_promotion_scope.promotion_id ORDER BY x.product_id);
    v_before_categories CONSTANT uuid[] := ARRAY(
        SELECT x.category_id FROM sales.promotion_categories AS x
        WHERE x.promotion_id = set_promotion_scope.promotion_id ORDER BY x.category_id);
    v_products   uuid[] := ARRAY(
        SELECT DISTINCT w.id FROM unnest(set_promotion_scope.product_ids) AS w (id) ORDER BY w.id);
    v_categories uuid[] := ARRAY(
        SELECT DISTINCT w.id FROM unnest(set_promotion_scope.category_ids) AS w (id) ORDER BY w.id);
    v_scope      text;
BEGIN
    SELECT * INTO STRICT promotion FROM sales.promotions AS p WHERE p.id = set_promotion_scope.promotion_id;
    IF set_promotion_scope.product_ids IS NULL AND set_promotion_scope.scope IS DISTINCT FROM 'everything' THEN
        v_products := v_before_products;
    END IF;
    IF set_promotion_scope.category_ids IS NULL
        AND coalesce(set_promotion_scope.scope, 'categories') = 'categories' THEN
        v_categories := v_before_categories;
    END IF;
    v_scope := coalesce(set_promotion_scope.scope, CASE
        WHEN set_promotion_scope.product_ids IS NULL AND set_promotion_scope.category_ids IS NULL THEN promotion.scope
        WHEN v_categories <> '{}' THEN 'categories'
        WHEN v_products <> '{}' THEN 'products' ELSE promotion.scope END);
    IF v_scope <> 'everything' AND v_products = '{}' AND v_categories = '{}'
        AND promotion.enabled AND (promotion.valid_until IS NULL OR promotion.valid_until > now())
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'promotion_scope_empty',
            MESSAGE = 'A promotion for products or categories must list some.',
            HINT = 'Send product_ids or category_ids, or the scope "everything".';
    ELSIF set_promotion_scope.scope <> (CASE WHEN v_categories <> '{}' THEN 'categories'
                                             WHEN v_products <> '{}' THEN 'products' ELSE v_scope END)
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'promotion_scope_mismatch',
            MESSAGE = 'The lists do not fit the scope.',
            HINT = '"everything" has no lists, "products" has products only, "categories" may have both.';
    END IF;

    changed := (v_scope, v_products, v_categories)
               IS DISTINCT FROM (promotion.scope, v_before_products, v_before_categories);
    IF NOT changed THEN
        RETURN;
    END IF;
    PERFORM catalog.refuse_product(w.id, false) FROM unnest(v_products) AS w (id)
    WHERE w.id <> ALL (v_before_products)
      AND NOT EXISTS (SELECT FROM catalog.products AS p WHERE p.id = w.id AND p.deleted_at IS NULL);
    PERFORM catalog.require_category(w.id) FROM unnest(v_categories) AS w (id);
    DELETE FROM sales.promotion_products AS x
    WHERE x.promotion_id = promotion.id AND x.product_id <> ALL (v_products);
    INSERT INTO sales.promotion_products (promotion_id, product_id)
    SELECT promotion.id, w.id FROM unnest(v_products) AS w (id) WHERE w.id <> ALL (v_before_products);
    DELETE FROM sales.promotion_categories AS x
    WHERE x.promotion_id = promotion.id AND x.category_id <> ALL (v_categories);
    INSERT INTO sales.promotion_categories (promotion_id, category_id)
    SELECT promotion.id, w.id FROM unnest(v_categories) AS w (id) WHERE w.id <> ALL (v_before_categories);
    UPDATE sales.promotions AS p SET scope = v_scope
    WHERE p.id = promotion.id AND p.scope <> v_scope
    RETURNING * INTO promotion;
    IF NOT FOUND THEN
        SELECT * INTO STRICT promotion FROM sales.promotions AS p WHERE p.id = set_promotion_scope.promotion_id;
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION sales.set_promotion_scope TO store_api;
