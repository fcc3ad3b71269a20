-- Marks an e-mail as verified, or makes the pending e-mail the account's: the token proves that the mail was read.
-- Callers:   api.confirm_email_verification (the caller's own account only), api.confirm_email_link (the person who
--            opens the link).
-- Locks:     the account.
-- Errors:    mail_token_invalid 422, email_taken 409 (another account has taken the new e-mail since).
-- Definer:   reads mail tokens; by a link there is no signed-in caller.
CREATE OR REPLACE FUNCTION identity.confirm_email(token text, account_id uuid DEFAULT NULL)
RETURNS identity.accounts
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- A variable: the plan of a slow query, in the log, shows the hash and not the token.
    v_hash    CONSTANT bytea := sha256(convert_to(confirm_email.token, 'UTF8'));
    v_purpose CONSTANT text := coalesce((
        SELECT t.purpose FROM identity.mail_tokens AS t WHERE t.token_hash = v_hash AND t.purpose = 'email_change'
    ), 'email_verification');
    v_account identity.accounts := identity.use_mail_token(confirm_email.token, v_purpose);
BEGIN
    IF v_account.id <> confirm_email.account_id THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'mail_token_invalid',
            MESSAGE = 'This link is for another account.', HINT = 'Log in with the account that it was sent to.';
    END IF;
    IF v_purpose = 'email_change' THEN
        RETURN identity.change_email(v_account.id);
    END IF;
    UPDATE identity.accounts AS a
    SET email_verified = true, version = a.version + 1
    WHERE a.id = v_account.id
    RETURNING a.* INTO v_account;
    PERFORM messaging.record_event('account.email_verified', NULL, v_account.id,
        jsonb_build_object('role', v_account.role, 'status', v_account.status));
    RETURN v_account;
END $$;

GRANT EXECUTE ON FUNCTION identity.confirm_email TO store_api;
