-- Deletes a batch of imports that are a month old, with their lines, and of bases of exports that are 90 days old.
-- Returns their number; the worker repeats this until it is 0.
-- Callers:   the worker.
-- Locks:     the imports and their lines.
CREATE FUNCTION api.purge_imports()
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_count bigint;
    v_bases bigint;
BEGIN
    PERFORM identity.authenticate_service('worker');
    DELETE FROM catalog.imports AS i
    WHERE i.id IN (SELECT o.id
                   FROM catalog.imports AS o
                   WHERE o.created_at < now() - interval '30 days'
                   ORDER BY o.created_at LIMIT 10);
    GET DIAGNOSTICS v_count = ROW_COUNT;
    DELETE FROM catalog.import_bases AS b
    WHERE (b.product_id, b.exported_at) IN (
        SELECT o.product_id, o.exported_at
        FROM catalog.import_bases AS o
        WHERE o.exported_at < now() - interval '90 days'
        ORDER BY o.exported_at LIMIT 10000);
    GET DIAGNOSTICS v_bases = ROW_COUNT;
    RETURN v_count + v_bases;
END $$;

COMMENT ON FUNCTION api.purge_imports IS
'Delete old imports

For the worker. Imports that were sent at least a month ago, with their reports, and what imports said about exports
that are 90 days old.';

GRANT EXECUTE ON FUNCTION api.purge_imports TO app_worker;
