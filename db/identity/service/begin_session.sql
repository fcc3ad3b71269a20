-- The first half of a log-in: counts the attempt, which is committed before the password is checked, and returns the
-- bcrypt salt. The result does not show whether the e-mail is known.
-- Callers:   the web tier.
-- Locks:     counted attempts: network, e-mail, both; or the known device.
-- Errors:    too_many_attempts 429.
CREATE FUNCTION api.begin_session(
    email api.email, client_address text DEFAULT NULL, device_token text DEFAULT NULL)
RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.count_log_in(email, client_address, device_token);
    RETURN identity.find_salt(email);
END $$;

COMMENT ON FUNCTION api.begin_session IS
'Begin a log-in

For the web tier: returns the bcrypt salt with which it computes the password.';

GRANT EXECUTE ON FUNCTION api.begin_session TO app_anonymous;
