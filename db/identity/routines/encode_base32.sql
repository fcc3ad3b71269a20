-- Base32 (RFC 4648) without padding: five bits a character. Authenticator apps take their secret in it.
-- Callers:   begin_second_factor, make_recovery_codes. Not granted to store_api.
CREATE OR REPLACE FUNCTION identity.encode_base32(bytes bytea)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    -- 20 bytes are 160 bits, 32 characters; other lengths are filled up with zero bits at the end.
    SELECT string_agg(
        substr('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', rpad(substr(b.bits, g * 5 + 1, 5), 5, '0')::bit(5)::integer + 1, 1),
        '' ORDER BY g)
    FROM (SELECT ltrim(('x' || encode(encode_base32.bytes, 'hex'))::bit varying::text, '') AS bits) AS b
    CROSS JOIN LATERAL generate_series(0, (length(b.bits) - 1) / 5) AS g;
END;
