-- Due work for one worker, leased for two minutes: what a crashed worker held comes back.
-- Locks: the rows it takes; those that another worker is taking are skipped.
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
'Take due work

For the worker: oldest first; two workers at once never get the same.';

GRANT EXECUTE ON FUNCTION api.claim_jobs TO app_worker;
