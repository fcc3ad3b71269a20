-- HMAC-SHA1 (RFC 2104) with a key of at most 64 bytes.
-- Callers:   make_code. Not granted to store_api.
CREATE OR REPLACE FUNCTION identity.hmac_sha1(key bytea, message bytea)
RETURNS bytea
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_inner bytea := decode(repeat('36', 64), 'hex');
    v_outer bytea := decode(repeat('5c', 64), 'hex');
BEGIN
    FOR v_place IN 0 .. octet_length(hmac_sha1.key) - 1 LOOP
        v_inner := set_byte(v_inner, v_place, get_byte(hmac_sha1.key, v_place) # 54);
        v_outer := set_byte(v_outer, v_place, get_byte(hmac_sha1.key, v_place) # 92);
    END LOOP;
    RETURN identity.sha1(v_outer || identity.sha1(v_inner || hmac_sha1.message));
END $$;
