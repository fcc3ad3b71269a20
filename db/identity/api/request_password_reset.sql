-- Sends a mail for setting a new password, if an account has this e-mail. The answer and its time are the same if none
-- has.
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

If an account has this e-mail, a mail with a token that is valid for an hour is sent to it. The answer does not show
whether there is one. After five requests for an e-mail within 15 minutes, further requests are refused for a while.';

GRANT EXECUTE ON FUNCTION api.request_password_reset TO app_anonymous;
