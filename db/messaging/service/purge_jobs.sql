-- Deletes a batch of jobs that were done long ago. Returns the number of rows; the worker repeats this until it is 0.
-- Callers:   the worker.
CREATE FUNCTION api.purge_jobs()
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    RETURN messaging.purge_jobs();
END $$;

COMMENT ON FUNCTION api.purge_jobs IS
'Delete finished jobs

For the worker. One batch of jobs that were done at least a week ago.';

GRANT EXECUTE ON FUNCTION api.purge_jobs TO app_worker;
