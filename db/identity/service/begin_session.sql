-- The first half of a log-in: counts the attempt, committed before any password is looked at, and answers the bcrypt
-- salt. It does not tell whether the e-mail is known.
-- Callers:   the web tier.
-- Locks:     counted attempts: address, e-mail, both.
-- Errors:    too_many_attempts 429.
CREATE FUNCTION api.begin_session(email api.email, client_address text DEFAULT NULL)
RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.count_log_in(email, client_address);
    RETURN identity.find_salt(email);
END $$;

COMMENT ON FUNCTION api.begin_session IS
'Begin a log-in

For the web tier: answers the bcrypt salt with which it computes the password.';

GRANT EXECUTE ON FUNCTION api.begin_session TO app_anonymous;
