-- Records that a job failed. It runs again after 2, 4, 8 … seconds, at most an hour, each pause multiplied by a random
-- factor from 0.5 to 1.5, so that jobs that failed together do not return together. There is no last attempt: every job
-- in the queue was promised.
-- Callers:   api.fail_job.
-- Locks:     the job.
-- Definer:   no other code may touch the queue.
CREATE OR REPLACE FUNCTION messaging.fail_job(job_id uuid, error text)
RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    UPDATE messaging.outbox AS o
    SET last_error = left(fail_job.error, 500),
        run_at = clock_timestamp() + make_interval(secs => least(3600, 2 ^ least(o.attempts, 12)) * (0.5 + random()))
    WHERE o.id = fail_job.job_id AND o.done_at IS NULL;
END;

GRANT EXECUTE ON FUNCTION messaging.fail_job TO store_api;
