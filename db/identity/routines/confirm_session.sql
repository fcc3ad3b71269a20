-- Marks the caller's session as confirmed now, if the password is right. The attempt was counted by get_password_salt;
-- the right password takes it back, and no other one, so that it gives no further guesses to the thief of a token.
-- Callers:   api.confirm_session.
-- Locks:     the session, the counted attempts of the account.
-- Errors:    password_wrong 403.
-- Definer:   reads passwords, writes sessions and login_attempts.
CREATE OR REPLACE FUNCTION identity.confirm_session(password text)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.current_actor();
BEGIN
    PERFORM FROM identity.passwords AS p
    WHERE p.account_id = v_actor AND p.proof = sha256(convert_to(confirm_session.password, 'UTF8'));
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH403', CONSTRAINT = 'password_wrong', MESSAGE = 'The password is not right.';
    END IF;
    -- In the order of change_password.
    UPDATE identity.sessions AS s SET confirmed_at = now() WHERE s.id = identity.current_session();
    UPDATE identity.login_attempts AS l SET attempts = greatest(l.attempts - 1, 0)
    WHERE l.subject = 'account:' || v_actor AND l.window_at = date_bin('15 minutes', now(), 'epoch');
    PERFORM audit.record_security_event('session_confirmed', identity.current_actor());
END $$;

GRANT EXECUTE ON FUNCTION identity.confirm_session TO store_api;
