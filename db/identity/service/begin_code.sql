-- Counts an attempt at the caller's second factor, which is committed before the code is checked.
-- Callers:   the web tier, before api.confirm_session with a code.
-- Locks:     the counted attempts of the account.
-- Errors:    too_many_attempts 429.
CREATE FUNCTION api.begin_code()
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.count_code(identity.authenticate(enrolling => true));
END $$;

COMMENT ON FUNCTION api.begin_code IS
'Begin a confirmation with a code

For the web tier: counts the attempt.';

GRANT EXECUTE ON FUNCTION api.begin_code TO app_customer;
