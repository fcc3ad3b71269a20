-- Refuses a call because an API key made it: a machine cannot show that its owner sits at the screen.
-- Callers:   authenticate_key, require_fresh, require_session.
-- Errors:    session_required 403.
CREATE OR REPLACE FUNCTION identity.refuse_key()
RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'SH403', CONSTRAINT = 'session_required',
        MESSAGE = 'An API key cannot do this: it needs a person who is logged in.',
        HINT = 'Log in, and send the access token instead of the key.';
END $$;

GRANT EXECUTE ON FUNCTION identity.refuse_key TO store_api;
