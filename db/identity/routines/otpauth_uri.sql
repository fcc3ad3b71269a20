-- The URI that authenticator apps read from a QR code (Key URI Format of Google Authenticator). Algorithm, digits and
-- period are the defaults of that format; some apps understand no others.
-- Callers:   begin_second_factor. Not granted to store_api.
CREATE OR REPLACE FUNCTION identity.otpauth_uri(issuer text, email text, secret text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
RETURN format('otpauth://totp/%s:%s?secret=%s&issuer=%s&algorithm=SHA1&digits=6&period=30',
              identity.encode_uri(otpauth_uri.issuer), identity.encode_uri(otpauth_uri.email), otpauth_uri.secret,
              identity.encode_uri(otpauth_uri.issuer));
