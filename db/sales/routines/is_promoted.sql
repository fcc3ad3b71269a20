-- Whether a promotion applies to a product: to all products if it has no lists, otherwise to those that are listed or
-- in or below a listed category.
-- Callers:   evaluate_promotion.
CREATE OR REPLACE FUNCTION sales.is_promoted(promotion_id uuid, product_id uuid)
RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT NOT EXISTS (SELECT FROM sales.promotion_products AS x WHERE x.promotion_id = is_promoted.promotion_id)
           AND NOT EXISTS (SELECT FROM sales.promotion_categories AS x WHERE x.promotion_id = is_promoted.promotion_id)
        OR EXISTS (SELECT FROM sales.promotion_products AS x
                   WHERE x.promotion_id = is_promoted.promotion_id AND x.product_id = is_promoted.product_id)
        OR EXISTS (
            WITH RECURSIVE above (id) AS (
                SELECT p.category_id FROM catalog.products AS p WHERE p.id = is_promoted.product_id
                UNION SELECT c.parent_id FROM above AS a JOIN catalog.categories AS c ON c.id = a.id
            )
            SELECT FROM above AS a
            JOIN sales.promotion_categories AS x ON x.category_id = a.id AND x.promotion_id = is_promoted.promotion_id);
$$;

GRANT EXECUTE ON FUNCTION sales.is_promoted TO store_api;
