-- The second half of confirming a session. `password` is the bcrypt string that the web tier computed with the salt
-- from get_password_salt.
-- Locks:  the counted attempts of the account, the session.
-- Errors: password_wrong 403.
CREATE FUNCTION api.confirm_session(password api.password)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate();
    PERFORM identity.confirm_session(password);
END $$;

COMMENT ON FUNCTION api.confirm_session IS
'Confirm your session

Operations that change a log-in, and those of staff on money and rights, need a log-in or this confirmation within the
last ten minutes; otherwise they answer 403 `confirmation_required`. Ask for the password, confirm, and repeat the
request. After ten attempts within 15 minutes, further attempts are refused for a while.';

GRANT EXECUTE ON FUNCTION api.confirm_session TO app_customer;
