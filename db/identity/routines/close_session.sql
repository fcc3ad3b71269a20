-- Ends the caller's session: its access and refresh tokens are refused from now on.
-- Callers:   api.delete_session.
-- Locks:     the session.
-- Definer:   writes sessions.
CREATE OR REPLACE FUNCTION identity.close_session()
RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE identity.sessions SET revoked_at = now() WHERE id = identity.current_session() AND revoked_at IS NULL;
$$;

GRANT EXECUTE ON FUNCTION identity.close_session TO store_api;
