-- The second half of confirming a session. `password` is the bcrypt string that the web tier computed with the salt
-- from get_password_salt; a code was counted by begin_code.
-- Locks:  the account (for a code), its counted attempts, the session.
-- Errors: password_wrong, code_invalid 403; confirmation_ambiguous 422.
CREATE FUNCTION api.confirm_session(password api.password DEFAULT NULL, code api.second_factor_code DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate(enrolling => true);
    IF num_nonnulls(confirm_session.password, confirm_session.code) <> 1 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'confirmation_ambiguous',
            MESSAGE = 'Send either the password or a code.';
    ELSIF confirm_session.code IS NOT NULL THEN
        PERFORM identity.confirm_code(confirm_session.code);
    ELSE
        PERFORM identity.confirm_session(confirm_session.password);
    END IF;
END $$;

COMMENT ON FUNCTION api.confirm_session IS
'Confirm your session

Operations that change a log-in, and those of staff on money and rights, need a log-in or this confirmation within the
last ten minutes; otherwise they answer 403 `confirmation_required`. Ask for the password, or for a code of the second
factor, confirm, and repeat the request. After ten attempts within 15 minutes, further ones are refused for a while.';

GRANT EXECUTE ON FUNCTION api.confirm_session TO app_customer;
