-- Checks every invariant, when it is time. Answers how many are broken; null when it is not.
CREATE FUNCTION api.check_books()
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    RETURN monitor.check_books();
END $$;

COMMENT ON FUNCTION api.check_books IS
'Check the books

For the worker: once an hour; the answer is in /metrics.';

GRANT EXECUTE ON FUNCTION api.check_books TO app_worker;
