-- The ids of a category and of all categories below it.
-- Callers:   api.get_product_facets, api.list_products, api.update_category.
CREATE OR REPLACE FUNCTION catalog.category_tree(category_id uuid)
RETURNS uuid[]
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH RECURSIVE tree (id) AS (
        SELECT category_tree.category_id
        UNION
        SELECT c.id FROM tree AS t JOIN catalog.categories AS c ON c.parent_id = t.id
    )
    SELECT array_agg(t.id) FROM tree AS t;
END;

GRANT EXECUTE ON FUNCTION catalog.category_tree TO store_api;
