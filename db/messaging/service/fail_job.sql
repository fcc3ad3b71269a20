-- Records that a job failed. It runs again later, with growing pauses.
-- Callers:   the worker.
CREATE FUNCTION api.fail_job(job_id uuid, error text)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    PERFORM messaging.fail_job(fail_job.job_id, fail_job.error);
END $$;

COMMENT ON FUNCTION api.fail_job IS
'Report that a job failed

For the worker.';

GRANT EXECUTE ON FUNCTION api.fail_job TO app_worker;
