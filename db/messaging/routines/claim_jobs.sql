-- Takes due work out of the queue, oldest first, for one worker. The claim is a lease: run_at moves ahead, so what a
-- crashed worker held comes back by itself, and finish_job() or fail_job() say how it ended.
-- Called by: api.claim_jobs.
-- Locks:     the rows it takes; those that another worker is taking are skipped.
-- Definer:   nobody else may touch the queue.
CREATE OR REPLACE FUNCTION messaging.claim_jobs(kinds text[], "limit" integer, lease interval DEFAULT '2 minutes')
RETURNS SETOF messaging.outbox
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    UPDATE messaging.outbox AS o
    SET run_at = now() + claim_jobs.lease, attempts = o.attempts + 1
    FROM (
        SELECT d.id FROM messaging.outbox AS d
        WHERE d.done_at IS NULL AND d.run_at <= now() AND (claim_jobs.kinds IS NULL OR d.kind = ANY (claim_jobs.kinds))
        ORDER BY d.run_at
        LIMIT claim_jobs."limit"
        FOR UPDATE SKIP LOCKED
    ) AS due
    WHERE o.id = due.id
    RETURNING o.*;
END;

GRANT EXECUTE ON FUNCTION messaging.claim_jobs TO store_api;
