-- Ends one of the caller's sessions.
-- Locks:  the session.
-- Errors: session_required 403, session_not_found 404.
CREATE FUNCTION api.end_session(session_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate();
    PERFORM identity.require_session();
    PERFORM identity.end_session(end_session.session_id);
END $$;

COMMENT ON FUNCTION api.end_session IS
'End one of your sessions

Its access and refresh tokens are refused from the next request on.';

GRANT EXECUTE ON FUNCTION api.end_session TO app_customer;
