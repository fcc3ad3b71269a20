-- The caller's sessions that have not ended, with ids below one id, newest first.
-- Callers:   api.list_sessions.
-- Definer:   reads sessions, which no caller may.
CREATE OR REPLACE FUNCTION identity.find_sessions(before uuid, count integer)
RETURNS identity.sessions[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT ARRAY(
        SELECT s
        FROM identity.sessions AS s
        WHERE s.account_id = identity.current_actor() AND s.id < find_sessions.before
          AND s.revoked_at IS NULL AND s.expires_at > now()
        ORDER BY s.id DESC LIMIT find_sessions.count
    );
END;

GRANT EXECUTE ON FUNCTION identity.find_sessions TO store_api;
