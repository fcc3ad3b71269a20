-- The code of six digits that an authenticator app shows in a time step of 30 seconds (TOTP, RFC 6238; HOTP, RFC 4226).
-- Callers:   match_step. Not granted to store_api.
CREATE OR REPLACE FUNCTION identity.make_code(secret bytea, step bigint)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_hash   CONSTANT bytea := identity.hmac_sha1(make_code.secret, int8send(make_code.step));
    v_offset CONSTANT integer := get_byte(v_hash, 19) & 15;
    v_number CONSTANT bigint := ('x' || encode(substr(v_hash, v_offset + 1, 4), 'hex'))::bit(32)::bigint & 2147483647;
BEGIN
    RETURN lpad((v_number % 1000000)::text, 6, '0');
END $$;
