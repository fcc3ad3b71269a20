-- Row trigger: the security event of a new password. Without a signed-in caller it was set with a token from a mail, or
-- by a DBA (db_role says which).
-- Callers:   trigger of identity.passwords.
-- Locks:     none: it only inserts.
CREATE OR REPLACE FUNCTION audit.record_password_change()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM audit.record_security_event(
        CASE WHEN identity.current_actor() IS NULL THEN 'password_reset' ELSE 'password_changed' END, NEW.account_id);
    RETURN NULL;
END $$;
