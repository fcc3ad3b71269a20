-- Asks again about tax ids that are due, of those whose first two letters a configured service knows.
-- Callers:   the worker.
-- Returns:   how many are asked about.
-- Locks:     those of identity.begin_tax_id_checks.
CREATE FUNCTION api.begin_tax_id_checks(prefixes text[])
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    RETURN identity.begin_tax_id_checks(begin_tax_id_checks.prefixes);
END $$;

COMMENT ON FUNCTION api.begin_tax_id_checks IS
'Ask again about tax ids

For the worker.';

GRANT EXECUTE ON FUNCTION api.begin_tax_id_checks TO app_worker;
