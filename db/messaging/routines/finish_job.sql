-- The work is done: the row stays as a record until it is purged, a mail's without what it told. A repeat changes
-- nothing.
-- Called by: api.finish_job.
-- Definer:   nobody else may touch the queue.
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
