-- One round of deleting work that was done long ago. Answers how many rows went; the worker goes on until it is 0.
CREATE FUNCTION api.purge_jobs()
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    RETURN messaging.purge_jobs();
END $$;

COMMENT ON FUNCTION api.purge_jobs IS
'Delete work that was done

For the worker: a batch of what was done a week ago or before.';

GRANT EXECUTE ON FUNCTION api.purge_jobs TO app_worker;
