-- The first half of a password change and of confirming a session: returns the bcrypt salt of the caller's password.
-- Counted as an attempt, because a guess at the password follows.
-- Callers:   the web tier.
-- Locks:     the counted attempts of the account.
-- Errors:    too_many_attempts 429.
CREATE FUNCTION api.get_password_salt()
RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate(enrolling => true);
BEGIN
    PERFORM identity.count_attempt('account:' || v_actor, 10);
    RETURN identity.find_own_salt();
END $$;

COMMENT ON FUNCTION api.get_password_salt IS
'Begin a password change, or a confirmation

For the web tier: returns the bcrypt salt with which it computes the current password.';

GRANT EXECUTE ON FUNCTION api.get_password_salt TO app_customer;
