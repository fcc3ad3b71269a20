-- Exchanges a token of an outside identity provider, which the web tier has verified, for one of ours. The first log-in
-- creates the account. email is an e-mail that the provider has verified, or null; role is one of our roles, or null if
-- the provider reports none; authenticated_at is when its user logged in (the claim auth_time), or null. email_known is
-- false if the token has no e-mail and the provider's userinfo endpoint has not been asked for it. email_missing says
-- that it should be asked, and this called again; without a token in the answer, there is no account yet.
-- Callers:   the web tier.
-- Locks:     the outside identity; if its role changes, all active admins and the account; the account if its e-mail is
--            filled in.
-- Errors:    issuer_not_trusted, session_revoked, token_expired, account_suspended 401; email_not_verified_here 409.
CREATE TYPE api.exchanged_token AS (access_token text, role text, expires_in integer, email_missing boolean);

CREATE FUNCTION api.exchange_outside_token(
    issuer text, subject text, issued_at timestamptz, expires_at timestamptz, email api.email DEFAULT NULL,
    display_name api.short_text DEFAULT NULL, role api.account_role DEFAULT NULL,
    authenticated_at timestamptz DEFAULT NULL, email_known boolean DEFAULT true)
RETURNS api.exchanged_token
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_answer api.exchanged_token;
BEGIN
    PERFORM identity.authenticate_service('gateway');
    SELECT s.access_token, s.audience, s.lifetime, s.email_missing INTO STRICT v_answer
    FROM identity.open_outside_session(exchange_outside_token.issuer, exchange_outside_token.subject,
                                       exchange_outside_token.issued_at, exchange_outside_token.expires_at,
                                       exchange_outside_token.email, exchange_outside_token.display_name,
                                       exchange_outside_token.role, exchange_outside_token.authenticated_at,
                                       exchange_outside_token.email_known) AS s;
    RETURN v_answer;
END $$;

COMMENT ON FUNCTION api.exchange_outside_token IS
'Exchange an outside token

For the web tier, as a service: a verified token of an outside identity provider for one of ours.';

GRANT EXECUTE ON FUNCTION api.exchange_outside_token TO app_gateway;
