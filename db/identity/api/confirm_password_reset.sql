-- Sets a password with the token from the mail. `new_password` is the bcrypt string that the web tier computed from it.
-- Locks:  the account.
-- Errors: mail_token_invalid 422.
CREATE FUNCTION api.confirm_password_reset(
    token api.mail_token, new_password api.password, client_address text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.reset_password(token, new_password, client_address);
END $$;

COMMENT ON FUNCTION api.confirm_password_reset IS
'Set a new password

With the token from the mail, once. Every session and API key of the account ends; log in with the new password.';

GRANT EXECUTE ON FUNCTION api.confirm_password_reset TO app_anonymous;
