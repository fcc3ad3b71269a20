-- Records that a job is done.
-- Callers:   the worker.
CREATE FUNCTION api.finish_job(job_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    PERFORM messaging.finish_job(finish_job.job_id);
END $$;

COMMENT ON FUNCTION api.finish_job IS
'Report that a job is done

For the worker.';

GRANT EXECUTE ON FUNCTION api.finish_job TO app_worker;
