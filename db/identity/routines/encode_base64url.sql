-- RFC 7515 base64url without padding.
-- Callers:   add_signing_key, authenticate, issue_mail_token, issue_session, issue_token, messaging.encode_cursor.
CREATE OR REPLACE FUNCTION identity.encode_base64url(data bytea)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN translate(encode(data, 'base64'), E'+/=\n', '-_');

GRANT EXECUTE ON FUNCTION identity.encode_base64url TO store_api;
