-- Verifies an e-mail, or changes it to the pending one, for the page that the mail's link opens. The device on which
-- the mail is read need not be logged in.
-- Callers:   the web tier.
-- Locks:     the account.
-- Errors:    mail_token_invalid 422, email_taken 409.
CREATE FUNCTION api.confirm_email_link(token text)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('gateway');
    PERFORM identity.confirm_email(confirm_email_link.token);
END $$;

COMMENT ON FUNCTION api.confirm_email_link IS
'Verify an e-mail by its link

For the page that the link opens.';

GRANT EXECUTE ON FUNCTION api.confirm_email_link TO app_gateway;
