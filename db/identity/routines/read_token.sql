-- The claims of an access token that we signed, whether or not it has expired or its session has ended; NULL for any
-- other text. It proves who a token was issued to, not that its bearer may do anything: that is authenticate(), which
-- does the same check in its own lines, because a call costs more than the check.
-- Callers:   audit.refused_account. Not granted to store_api.
-- Definer:   reads the signing keys.
CREATE OR REPLACE FUNCTION identity.read_token(token text)
RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_token  CONSTANT text := CASE WHEN octet_length(read_token.token) <= 4096 THEN read_token.token ELSE '' END;
    v_header CONSTANT text := split_part(v_token, '.', 1);
    v_body   CONSTANT text := split_part(v_token, '.', 2);
BEGIN
    PERFORM FROM identity.signing_keys AS k
    WHERE k.header = v_header
      AND v_token = v_header || '.' || v_body || '.' || identity.encode_base64url(
          sha256(k.outer_pad || sha256(k.inner_pad || convert_to(v_header || '.' || v_body, 'UTF8'))));
    IF NOT FOUND THEN
        RETURN NULL;    -- and nothing of it is decoded
    END IF;
    RETURN convert_from(identity.decode_base64url(v_body), 'UTF8')::jsonb;
END $$;
