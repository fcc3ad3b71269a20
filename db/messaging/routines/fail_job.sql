-- The work did not succeed: it runs again after 2, 4, 8 … seconds, at most an hour, each half to one and a half times
-- that, so that what failed together does not return together. There is no last attempt: what is in the queue is owed
-- to somebody.
-- Called by: api.fail_job.
-- Definer:   nobody else may touch the queue.
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
