-- Sends a mail with which a password can be set anew, if there is such an account. The answer and its time are the same
-- if there is not.
-- Locks:  counted attempts: address, e-mail, both.
-- Errors: too_many_attempts 429.
CREATE FUNCTION api.request_password_reset(email api.email, client_address text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.request_password_reset(email, client_address);
END $$;

COMMENT ON FUNCTION api.request_password_reset IS
'Ask for a new password

If there is an account with this e-mail, a mail with a token is sent to it, good for an hour. The answer does not tell
whether there is. After five requests for an e-mail in a quarter of an hour there is a pause.';

GRANT EXECUTE ON FUNCTION api.request_password_reset TO app_anonymous;
