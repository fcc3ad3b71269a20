-- Makes the caller's second factor count, once a code shows that the authenticator app has the secret. Returns the
-- recovery codes. Every other session ends: they were opened without a code.
-- Callers:   api.confirm_second_factor.
-- Locks:     the account, its sessions.
-- Errors:    second_factor_missing 404, second_factor_active 409, code_invalid 403.
-- Definer:   writes second factors and sessions.
CREATE OR REPLACE FUNCTION identity.confirm_second_factor(code text)
RETURNS text[]
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.current_actor();
    v_factor identity.second_factors;
    v_step   bigint;
BEGIN
    PERFORM FROM identity.accounts AS a WHERE a.id = v_actor FOR NO KEY UPDATE;
    SELECT * INTO v_factor FROM identity.second_factors AS f WHERE f.account_id = v_actor;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'second_factor_missing',
            MESSAGE = 'No second factor is being set up.', HINT = 'Begin with POST /v1/account/second-factor.';
    ELSIF v_factor.confirmed_at IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'second_factor_active',
            MESSAGE = 'There is a second factor already.';
    END IF;
    v_step := identity.match_step(v_factor, identity.plain_code(confirm_second_factor.code));
    IF v_step IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH403', CONSTRAINT = 'code_invalid', MESSAGE = 'The code is not right.',
            HINT = 'Type the code that the app shows now, and look at the clock of its device.';
    END IF;
    UPDATE identity.second_factors AS f SET confirmed_at = now(), last_step = v_step WHERE f.account_id = v_actor;
    UPDATE identity.sessions AS s SET enrolling = false, code_at = now() WHERE s.id = identity.current_session();
    PERFORM identity.end_other_sessions(v_actor, identity.current_session());
    PERFORM identity.report_second_factor(v_actor, 'enabled');
    RETURN identity.make_recovery_codes(v_actor);
END $$;

GRANT EXECUTE ON FUNCTION identity.confirm_second_factor TO store_api;
