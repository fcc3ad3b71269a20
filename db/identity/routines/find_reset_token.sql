-- Whether a token is one that would set a new password now. The web tier asks before it computes a bcrypt hash.
-- Callers:   api.begin_password_reset.
-- Definer:   there is no signed-in caller, and no other code may read mail_tokens.
CREATE OR REPLACE FUNCTION identity.find_reset_token(token text)
RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM identity.mail_tokens AS t
        WHERE t.token_hash = sha256(convert_to(find_reset_token.token, 'UTF8')) AND t.purpose = 'password_reset'
          AND t.used_at IS NULL AND t.expires_at > now()
    );
END;

GRANT EXECUTE ON FUNCTION identity.find_reset_token TO store_api;
