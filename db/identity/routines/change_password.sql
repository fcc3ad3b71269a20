-- Replaces the caller's password and ends every other session; the current one stays.
-- Callers:   api.change_password.
-- Locks:     the account, so that no concurrent log-in succeeds with the old password (see open_session).
-- Errors:    password_wrong 403, password_not_hashed 422.
-- Definer:   reads and writes passwords and sessions.
CREATE OR REPLACE FUNCTION identity.change_password(current_password text, new_password text)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.current_actor();
BEGIN
    PERFORM FROM identity.accounts AS a WHERE a.id = v_actor FOR NO KEY UPDATE;
    PERFORM FROM identity.passwords AS p
    WHERE p.account_id = v_actor AND p.proof = sha256(convert_to(change_password.current_password, 'UTF8'));
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH403', CONSTRAINT = 'password_wrong',
            MESSAGE = 'The current password is wrong.';
    END IF;

    PERFORM identity.set_password(v_actor, change_password.new_password);
    PERFORM identity.end_other_sessions(v_actor, identity.current_session());
    DELETE FROM identity.login_attempts WHERE subject = 'account:' || v_actor;
END $$;

GRANT EXECUTE ON FUNCTION identity.change_password TO store_api;
