-- Row trigger: the security event of a session that ended: by its owner, by a change of the password, by staff who
-- suspended the account, or because a refresh token was used twice.
-- Callers:   trigger of identity.sessions.
-- Locks:     none: it only inserts.
CREATE OR REPLACE FUNCTION audit.record_session_end()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM audit.record_security_event('session_ended', NEW.account_id, '{}', NEW.id);
    RETURN NULL;
END $$;
