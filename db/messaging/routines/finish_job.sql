-- Records that a job is done. The row stays until it is purged; a mail's row without its data. Idempotent.
-- Callers:   api.finish_job.
-- Locks:     the job.
-- Definer:   no other code may touch the queue.
CREATE OR REPLACE FUNCTION messaging.finish_job(job_id uuid)
RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    UPDATE messaging.outbox AS o
    SET done_at = now(), last_error = NULL,
        payload = CASE o.kind WHEN 'send_mail' THEN o.payload - 'data' ELSE o.payload END
    WHERE o.id = finish_job.job_id AND o.done_at IS NULL;
END;

GRANT EXECUTE ON FUNCTION messaging.finish_job TO store_api;
