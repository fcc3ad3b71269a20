-- Writes the search index anew where it is not in the language that the shop chose, 500 products at a time.
-- Callers:   the worker.
-- Locks:     the state of the index, products in id order.
CREATE FUNCTION api.reindex_products()
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    RETURN catalog.reindex_products();
END $$;

COMMENT ON FUNCTION api.reindex_products IS
'Write the search index in the language of the shop

For the worker: after `search_language` was changed, and once after the upgrade. The number of products that it wrote.';

GRANT EXECUTE ON FUNCTION api.reindex_products TO app_worker;
