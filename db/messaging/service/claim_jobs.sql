-- Claims due jobs for one worker, leased for two minutes: jobs of a crashed worker become due again.
-- Callers:   the worker.
-- Locks:     the rows it claims; rows that another worker is claiming are skipped.
CREATE TYPE api.job AS (id uuid, kind text, payload jsonb, attempts integer);

CREATE FUNCTION api.claim_jobs(kinds text[] DEFAULT NULL, "limit" api.page_limit DEFAULT 10)
RETURNS api.job[]
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    RETURN ARRAY(
        SELECT ROW(j.id, j.kind, j.payload, j.attempts)::api.job
        FROM messaging.claim_jobs(claim_jobs.kinds, coalesce(claim_jobs."limit", 10)) AS j
        ORDER BY j.id);
END $$;

COMMENT ON FUNCTION api.claim_jobs IS
'Claim due jobs

For the worker. Oldest first; concurrent workers never get the same job.';

GRANT EXECUTE ON FUNCTION api.claim_jobs TO app_worker;
