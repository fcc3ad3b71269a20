-- Counts an attempt to log in before the password is checked, and refuses it if there were too many.
-- Callers:   api.begin_session.
-- Locks:     login_attempts: network, e-mail, both; or the known device.
-- Errors:    too_many_attempts 429.
-- Definer:   no other code may read login_attempts.
CREATE OR REPLACE FUNCTION identity.count_log_in(email text, client_address text, device_token text)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_limit record;
BEGIN
    FOR v_limit IN
        SELECT s.subject, s.allowed
        FROM identity.log_in_subjects(count_log_in.email, count_log_in.client_address, count_log_in.device_token) AS s
    LOOP
        PERFORM identity.count_attempt(v_limit.subject, v_limit.allowed);
    END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION identity.count_log_in TO store_api;
