-- Logs out: ends the caller's session.
-- Locks:  the session.
CREATE FUNCTION api.delete_session()
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate(enrolling => true);
    PERFORM identity.close_session();
END $$;

COMMENT ON FUNCTION api.delete_session IS
'Log out

Ends the current session. Its access and refresh tokens are refused from the next request on.';

GRANT EXECUTE ON FUNCTION api.delete_session TO app_guest;
