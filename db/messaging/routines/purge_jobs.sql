-- Deletes a batch of jobs that were done at least a week ago. Returns the number of rows.
-- Callers:   api.purge_jobs.
-- Locks:     the jobs that it deletes.
-- Definer:   no other code may touch the queue.
CREATE OR REPLACE FUNCTION messaging.purge_jobs()
RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH gone AS (
        DELETE FROM messaging.outbox AS o
        WHERE o.id IN (SELECT d.id
                       FROM messaging.outbox AS d
                       WHERE d.done_at < now() - interval '7 days'
                       ORDER BY d.id LIMIT 1000)
        RETURNING o.id
    )
    SELECT count(*) FROM gone;
END;

GRANT EXECUTE ON FUNCTION messaging.purge_jobs TO store_api;
