-- Whether a product is on the lists of a promotion: itself, its parent, or its category, or one above that. Empty lists
-- name none.
-- Callers:   evaluate_promotion, unless the promotion is for everything.
CREATE OR REPLACE FUNCTION sales.is_promoted(promotion_id uuid, product_id uuid)
RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM sales.promotion_products AS x
                   WHERE x.promotion_id = is_promoted.promotion_id
                     AND x.product_id IN (is_promoted.product_id, (SELECT p.parent_id FROM catalog.products AS p
                                                                   WHERE p.id = is_promoted.product_id)))
        OR EXISTS (
            WITH RECURSIVE above (id) AS (
                SELECT p.category_id FROM catalog.products AS p WHERE p.id = is_promoted.product_id
                UNION SELECT c.parent_id FROM above AS a JOIN catalog.categories AS c ON c.id = a.id
            )
            SELECT FROM above AS a
            JOIN sales.promotion_categories AS x ON x.category_id = a.id AND x.promotion_id = is_promoted.promotion_id);
$$;

GRANT EXECUTE ON FUNCTION sales.is_promoted TO store_api;
