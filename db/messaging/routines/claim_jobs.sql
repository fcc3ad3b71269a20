-- Claims due jobs for one worker, oldest first. A claim is a lease: run_at moves ahead, so jobs of a crashed worker
-- become due again. finish_job() or fail_job() end the claim.
-- Callers:   api.claim_jobs.
-- Locks:     the rows it claims; rows that another worker is claiming are skipped.
-- Definer:   no other code may touch the queue.
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
