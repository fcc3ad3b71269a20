-- Checks every invariant if a check is due. Returns the number of broken ones, or null.
-- Callers:   the worker.
CREATE FUNCTION api.check_books()
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    RETURN monitor.check_books();
END $$;

COMMENT ON FUNCTION api.check_books IS
'Check the books

For the worker. Once an hour; /metrics shows the result.';

GRANT EXECUTE ON FUNCTION api.check_books TO app_worker;
