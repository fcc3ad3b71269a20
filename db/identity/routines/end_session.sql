-- Ends one session of the caller.
-- Callers:   api.end_session.
-- Locks:     the session.
-- Errors:    session_not_found 404: also for another account's session, and one that has ended.
-- Definer:   writes sessions.
CREATE OR REPLACE FUNCTION identity.end_session(session_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE identity.sessions AS s SET revoked_at = now()
    WHERE s.id = end_session.session_id AND s.account_id = identity.current_actor() AND s.revoked_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'session_not_found',
            MESSAGE = 'You have no such session.', HINT = 'It may have ended already.';
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION identity.end_session TO store_api;
