-- The second half of a password change. Both are bcrypt strings: the current one with get_password_salt's salt, the new
-- one with a new salt.
-- Locks:  the account.
-- Errors: password_wrong 403.
CREATE FUNCTION api.change_password(current_password api.password, new_password api.password)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate();
    PERFORM identity.change_password(current_password, new_password);
END $$;

COMMENT ON FUNCTION api.change_password IS
'Change your password

Every other session ends; this one stays.';

GRANT EXECUTE ON FUNCTION api.change_password TO app_customer;
