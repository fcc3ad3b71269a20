-- A text as a component of a URI: all but the unreserved characters of RFC 3986 as %XX of their UTF-8.
-- Callers:   otpauth_uri. Not granted to store_api.
CREATE OR REPLACE FUNCTION identity.encode_uri(value text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT coalesce(string_agg(
        CASE WHEN c.letter ~ '^[A-Za-z0-9._~-]$' THEN c.letter
             ELSE regexp_replace(upper(encode(convert_to(c.letter, 'UTF8'), 'hex')), '(..)', '%\1', 'g') END,
        '' ORDER BY c.place), '')
    FROM regexp_split_to_table(encode_uri.value, '') WITH ORDINALITY AS c(letter, place);
END;
