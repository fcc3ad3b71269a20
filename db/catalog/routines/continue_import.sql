-- Does the next step of an import: checks some lines, or applies all of them. Returns whether there is another step.
-- Not an endpoint.
-- Callers:   api.advance_import, api.import_products.
-- Locks:     the import; then those of catalog.apply_import.
CREATE FUNCTION api.continue_import(import_id uuid)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_import catalog.imports;
BEGIN
    SELECT * INTO v_import FROM catalog.imports AS i WHERE i.id = continue_import.import_id FOR NO KEY UPDATE;
    CASE v_import.status
        WHEN 'checking' THEN
            PERFORM api.check_import(v_import);
            RETURN true;
        WHEN 'applying' THEN
            PERFORM catalog.apply_import(v_import.id);
            RETURN false;
        ELSE
            RETURN false;    -- it has ended, or was deleted
    END CASE;
END $$;
