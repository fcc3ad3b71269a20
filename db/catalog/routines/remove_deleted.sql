-- Takes deleted products out of a category, so that it can be deleted. Their versions stay: nothing of them is shown.
-- Callers:   api.delete_category.
-- Locks:     the deleted products.
-- Definer:   they are their merchants', and administrators may change no others.
CREATE OR REPLACE FUNCTION catalog.remove_deleted(category_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE catalog.products AS p SET category_id = NULL
    WHERE p.category_id = remove_deleted.category_id AND p.deleted_at IS NOT NULL;
END $$;

GRANT EXECUTE ON FUNCTION catalog.remove_deleted TO store_api;
