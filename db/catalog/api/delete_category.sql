-- Deletes an empty category. Products that were deleted are not counted: they leave it.
-- Locks:  the category, its deleted products.
-- Errors: category_not_found 404, category_in_use, category_not_empty, category_in_promotion 409.
CREATE FUNCTION api.delete_category(category_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    PERFORM sales.leave_promotions(NULL, delete_category.category_id);
    PERFORM catalog.remove_deleted(delete_category.category_id);
    DELETE FROM catalog.categories AS c WHERE c.id = delete_category.category_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'category_not_found',
            MESSAGE = 'There is no such category.';
    END IF;
END $$;

COMMENT ON FUNCTION api.delete_category IS
'Delete a category

A category that contains products or categories, or that a promotion is for, cannot be deleted.';

GRANT EXECUTE ON FUNCTION api.delete_category TO app_admin;
