-- Refuses the call unless a code was given in the caller's session within sales.settings.confirmation_time_to_live (ten
-- minutes): at log-in or to confirm the session. The password alone does not remove what protects from a stolen one.
-- Callers:   disable_second_factor, renew_recovery_codes. Not granted to store_api.
-- Errors:    code_required 403.
CREATE OR REPLACE FUNCTION identity.require_code()
RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM identity.sessions AS s CROSS JOIN sales.settings AS t
                   WHERE s.id = identity.current_session() AND s.code_at > now() - t.confirmation_time_to_live)
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH403', CONSTRAINT = 'code_required',
            MESSAGE = 'This needs a code of the second factor, or a recovery code.',
            HINT = 'Send it to POST /v1/sessions/current/confirm, and repeat the request.';
    END IF;
END $$;
