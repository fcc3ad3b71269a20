-- What a new password must not contain: words of the shop's name and of an e-mail, or of the e-mail that a reset
-- token was sent to. The web tier checks it, because passwords do
-- not reach the database in clear text.
-- Callers:   the web tier.
-- Errors:    mail_token_invalid 422.
CREATE FUNCTION api.get_password_words(email api.email DEFAULT NULL, reset_token api.mail_token DEFAULT NULL)
RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN identity.password_words(get_password_words.email, get_password_words.reset_token);
END $$;

COMMENT ON FUNCTION api.get_password_words IS
'What a password must not contain

For the web tier: in lower case, without spaces.';

GRANT EXECUTE ON FUNCTION api.get_password_words TO app_anonymous;
