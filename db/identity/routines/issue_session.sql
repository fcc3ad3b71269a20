-- A new access token and refresh token for an existing session. Only the hash of the refresh token is stored.
-- Callers:   open_session, rotate_session.
-- Locks:     none: it only inserts.
-- Definer:   reads accounts, writes refresh tokens.
CREATE OR REPLACE FUNCTION identity.issue_session(session_id uuid, OUT access_token text, OUT refresh_token text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_account identity.accounts;
BEGIN
    SELECT a.* INTO STRICT v_account
    FROM identity.sessions AS s JOIN identity.accounts AS a ON a.id = s.account_id
    WHERE s.id = issue_session.session_id;
    access_token := identity.issue_token(v_account.id, v_account.role, issue_session.session_id);
    -- Two random UUIDs hold 244 random bits from the server's strong source.
    refresh_token := identity.encode_base64url(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));
    INSERT INTO identity.refresh_tokens (token_hash, session_id)
    VALUES (sha256(convert_to(refresh_token, 'UTF8')), issue_session.session_id);
END $$;
