-- Writes the next part of an account's export. Returns whether there is more to do.
-- Callers:   the worker.
CREATE FUNCTION api.advance_export(account_id uuid)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    RETURN identity.advance_export(advance_export.account_id);
END $$;

COMMENT ON FUNCTION api.advance_export IS
'Continue an export

For the worker.';

GRANT EXECUTE ON FUNCTION api.advance_export TO app_worker;
