-- Uses a token from a mail, once, and with it all other tokens that the account has for this purpose. Returns the
-- account, locked.
-- Callers:   confirm_email, reset_password. Not granted to store_api.
-- Locks:     the account, then the tokens, so that a token is used only once.
-- Errors:    mail_token_invalid 422: unknown, used, expired, or sent to an address that the account no longer has (for
--            an e-mail change: is no longer to have).
CREATE OR REPLACE FUNCTION identity.use_mail_token(token text, purpose text)
RETURNS identity.accounts
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_hash    CONSTANT bytea := sha256(convert_to(use_mail_token.token, 'UTF8'));
    v_account identity.accounts;
BEGIN
    SELECT a.* INTO v_account
    FROM identity.accounts AS a
    WHERE a.id = (SELECT t.account_id FROM identity.mail_tokens AS t WHERE t.token_hash = v_hash)
      AND a.status = 'active'
    FOR NO KEY UPDATE;
    IF FOUND THEN
        UPDATE identity.mail_tokens AS t SET used_at = now()
        WHERE t.token_hash = v_hash AND t.purpose = use_mail_token.purpose
          AND t.email = CASE t.purpose WHEN 'email_change' THEN v_account.pending_email ELSE v_account.email END
          AND t.used_at IS NULL AND t.expires_at > now();
    END IF;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'mail_token_invalid',
            MESSAGE = 'This link is not valid any more.', HINT = 'Ask for another mail.';
    END IF;
    UPDATE identity.mail_tokens AS t SET used_at = now()
    WHERE t.account_id = v_account.id AND t.purpose = use_mail_token.purpose AND t.used_at IS NULL;
    RETURN v_account;
END $$;
