-- Deletes expired exports, with their files. Returns their number.
-- Callers:   api.purge_expired.
-- Locks:     the exports it deletes; locked ones are left for the next call.
-- Definer:   no other code may delete other people's exports.
CREATE OR REPLACE FUNCTION identity.purge_exports()
RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH gone AS (
        DELETE FROM identity.account_exports AS e
        WHERE e.account_id IN (SELECT o.account_id FROM identity.account_exports AS o WHERE o.expires_at < now()
                               ORDER BY o.expires_at LIMIT 100 FOR UPDATE SKIP LOCKED)
        RETURNING 1
    )
    SELECT count(*) FROM gone;
END;

GRANT EXECUTE ON FUNCTION identity.purge_exports TO store_api;
