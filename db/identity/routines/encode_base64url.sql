-- RFC 7515 base64url without padding.
CREATE OR REPLACE FUNCTION identity.encode_base64url(data bytea)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN translate(encode(data, 'base64'), E'+/=\n', '-_');

GRANT EXECUTE ON FUNCTION identity.encode_base64url TO store_api;
