-- The second half of a password change. Both arguments are bcrypt strings: the current password with the salt from
-- get_password_salt, the new password with a new salt.
-- Locks:  the account.
-- Errors: password_wrong, session_required 403.
CREATE FUNCTION api.change_password(current_password api.password, new_password api.password)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate();
    PERFORM identity.require_session();
    PERFORM identity.change_password(current_password, new_password);
END $$;

COMMENT ON FUNCTION api.change_password IS
'Change your password

Every other session ends; this one stays.';

GRANT EXECUTE ON FUNCTION api.change_password TO app_customer;
