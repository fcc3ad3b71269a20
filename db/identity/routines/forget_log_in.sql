-- Called after a log-in with the right password. Removes the attempt from the counts of the network and of the
-- e-mail, which limit guesses, not log-ins, and resets the count of this e-mail from this network or device. An
-- attacker who knows one password gains no further guesses at another.
-- Callers:   api.create_session.
-- Locks:     login_attempts: network, e-mail, both; or the known device.
-- Definer:   no other code may write login_attempts.
CREATE OR REPLACE FUNCTION identity.forget_log_in(email text, client_address text, device_token text)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_window  CONSTANT timestamptz := date_bin('15 minutes', now(), 'epoch');
    v_subject text;
BEGIN
    FOR v_subject IN
        SELECT s.subject
        FROM identity.log_in_subjects(forget_log_in.email, forget_log_in.client_address, forget_log_in.device_token)
            AS s
    LOOP
        UPDATE identity.login_attempts AS l
        SET attempts = CASE WHEN v_subject ~ '^(pair|device):' THEN 0 ELSE greatest(l.attempts - 1, 0) END
        WHERE l.subject = v_subject AND l.window_at = v_window;
    END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION identity.forget_log_in TO store_api;
