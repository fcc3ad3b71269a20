-- Creates and signs an access token (JWT, HS256) for a session, valid for 15 minutes.
-- Callers:   issue_session, issue_local_token.
-- Definer:   reads the signing key.
CREATE OR REPLACE FUNCTION identity.issue_token(
    account_id uuid, role text, session_id uuid, lifetime interval DEFAULT '15 minutes'
)
RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- a cast could round up and put iat into the future
    v_now  CONSTANT bigint := floor(extract(epoch FROM clock_timestamp()));
    v_key  identity.signing_keys;
    v_text text;
BEGIN
    SELECT * INTO STRICT v_key FROM identity.signing_keys WHERE retired_at IS NULL ORDER BY created_at DESC LIMIT 1;
    v_text := v_key.header || '.' || identity.encode_base64url(convert_to(json_build_object(
        'sub', issue_token.account_id, 'role', issue_token.role, 'sid', issue_token.session_id,
        'iat', v_now, 'exp', v_now + extract(epoch FROM issue_token.lifetime)::bigint)::text, 'UTF8'));
    RETURN v_text || '.' || identity.encode_base64url(
        sha256(v_key.outer_pad || sha256(v_key.inner_pad || convert_to(v_text, 'UTF8')))
    );
END $$;
