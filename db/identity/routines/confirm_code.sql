-- Marks the caller's session as confirmed now, if the code of the second factor, or a recovery code, is right. The
-- attempt was counted by begin_code.
-- Callers:   api.confirm_session.
-- Locks:     the account, the counted attempts, the session.
-- Errors:    code_invalid 403.
-- Definer:   reads second factors, writes sessions and login_attempts.
CREATE OR REPLACE FUNCTION identity.confirm_code(code text)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT identity.check_code(identity.current_actor(), confirm_code.code) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH403', CONSTRAINT = 'code_invalid',
            MESSAGE = 'The code is not right, or was used before.',
            HINT = 'Wait for the next code of the app, or use a recovery code.';
    END IF;
    UPDATE identity.sessions AS s SET confirmed_at = now(), code_at = now() WHERE s.id = identity.current_session();
    PERFORM audit.record_security_event('session_confirmed', identity.current_actor());
END $$;

GRANT EXECUTE ON FUNCTION identity.confirm_code TO store_api;
