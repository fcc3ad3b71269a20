-- Verifies the caller's own e-mail, or the one that it is to be changed to, with the token from the mail.
-- Locks:  the account.
-- Errors: session_required 403, mail_token_invalid 422, email_taken 409.
CREATE DOMAIN api.mail_token AS text
    CONSTRAINT mail_token_length CHECK (char_length(VALUE) >= 1 AND char_length(VALUE) <= 200);
COMMENT ON DOMAIN api.mail_token IS 'The token from the mail.
Example: "from-the-link-in-the-mail-000000000000001"';

CREATE FUNCTION api.confirm_email_verification(token api.mail_token)
RETURNS api.account
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    PERFORM identity.require_session();
    RETURN api.render_account(identity.confirm_email(confirm_email_verification.token, v_actor));
END $$;

COMMENT ON FUNCTION api.confirm_email_verification IS
'Verify your e-mail

With the token from the mail, once. It is void when the account has another e-mail by now. The token of an e-mail change
makes the pending e-mail yours, and ends your other sessions. (The link in the mail opens a
page that does the same without a log-in.)';

GRANT EXECUTE ON FUNCTION api.confirm_email_verification TO app_customer;
