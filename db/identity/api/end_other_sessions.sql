-- Ends the caller's other sessions.
-- Locks:  the sessions.
-- Errors: session_required 403.
CREATE FUNCTION api.end_other_sessions()
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    PERFORM identity.require_session();
    PERFORM identity.end_other_sessions(v_actor, identity.current_session());
END $$;

COMMENT ON FUNCTION api.end_other_sessions IS
'End your other sessions

Every session but that of this request ends.';

GRANT EXECUTE ON FUNCTION api.end_other_sessions TO app_customer;
