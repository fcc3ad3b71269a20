-- Does one step of a waiting import. Returns whether there is another one.
-- Callers:   the worker.
CREATE FUNCTION api.advance_import(import_id uuid)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    RETURN api.continue_import(advance_import.import_id);
END $$;

COMMENT ON FUNCTION api.advance_import IS
'Continue an import

For the worker: checks the next lines, or applies all of them. Returns whether there is more to do.';

GRANT EXECUTE ON FUNCTION api.advance_import TO app_worker;
