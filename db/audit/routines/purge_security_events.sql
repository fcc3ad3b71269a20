-- Deletes a batch of security events that are older than sales.settings.security_events_kept. Returns their number.
-- Callers:   api.purge_expired.
-- Locks:     the rows it deletes.
-- Definer:   no other code may delete security events.
CREATE OR REPLACE FUNCTION audit.purge_security_events(batch integer DEFAULT 1000)
RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH gone AS (
        DELETE FROM audit.security_events WHERE id IN (
            -- Ids are in the order of time, so the first of the index are the oldest.
            SELECT o.id FROM (SELECT e.id, e.created_at FROM audit.security_events AS e
                              ORDER BY e.id LIMIT purge_security_events.batch) AS o
            WHERE o.created_at < now() - (SELECT s.security_events_kept FROM sales.settings AS s))
        RETURNING 1
    )
    SELECT count(*) FROM gone
$$;

GRANT EXECUTE ON FUNCTION audit.purge_security_events TO store_api;
