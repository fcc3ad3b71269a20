-- The tax id of a job verify_tax_id; NULL: it is no longer used.
-- Callers:   the worker.
CREATE FUNCTION api.get_tax_id_check(check_id uuid)
RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    RETURN identity.find_tax_id(get_tax_id_check.check_id);
END $$;

COMMENT ON FUNCTION api.get_tax_id_check IS
'Get the tax id that is to be verified

For the worker.';

GRANT EXECUTE ON FUNCTION api.get_tax_id_check TO app_worker;
