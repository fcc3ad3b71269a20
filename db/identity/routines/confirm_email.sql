-- Marks an e-mail as verified: the token proves that the mail was read.
-- Callers:   api.confirm_email_verification (the caller's own account only), api.confirm_email_link (the person who
--            opens the link).
-- Locks:     the account.
-- Errors:    mail_token_invalid 422.
-- Definer:   reads mail tokens; by a link there is no signed-in caller.
CREATE OR REPLACE FUNCTION identity.confirm_email(token text, account_id uuid DEFAULT NULL)
RETURNS identity.accounts
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_account identity.accounts := identity.use_mail_token(confirm_email.token, 'email_verification');
BEGIN
    IF v_account.id <> confirm_email.account_id THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'mail_token_invalid',
            MESSAGE = 'This link is for another account.', HINT = 'Log in with the account that it was sent to.';
    END IF;
    UPDATE identity.accounts AS a
    SET email_verified = true, version = a.version + 1
    WHERE a.id = v_account.id
    RETURNING a.* INTO v_account;
    PERFORM messaging.record_event('account.email_verified', NULL, v_account.id);
    RETURN v_account;
END $$;

GRANT EXECUTE ON FUNCTION identity.confirm_email TO store_api;
