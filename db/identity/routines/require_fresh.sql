-- Refuses the call unless the owner of the caller's session has logged in or confirmed the session within
-- sales.settings.confirmation_time_to_live (ten minutes). A stolen access token alone does not get past it.
-- It is called right after identity.authenticate(), not in it: other calls do not pay for the look-up.
-- Callers:   api functions that change log-ins, or with which staff change money or rights. tests/security/
--            test_fresh_sessions.py lists the functions for staff that do not call it, with a reason for each.
-- Errors:    confirmation_required 403; session_required 403 for a caller with an API key.
-- Definer:   reads sessions, which no caller may.
CREATE OR REPLACE FUNCTION identity.require_fresh()
RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM identity.sessions AS s CROSS JOIN sales.settings AS t
                   WHERE s.id = identity.current_session() AND s.confirmed_at > now() - t.confirmation_time_to_live)
    THEN
        PERFORM identity.require_session();
        RAISE EXCEPTION USING ERRCODE = 'SH403', CONSTRAINT = 'confirmation_required',
            MESSAGE = 'Confirm that it is you.',
            HINT = 'Send your password to POST /v1/sessions/current/confirm, or log in again, and repeat the request.';
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION identity.require_fresh TO store_api;
