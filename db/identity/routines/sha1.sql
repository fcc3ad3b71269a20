-- SHA-1 (RFC 3174). Authenticator apps compute their codes with it, and PostgreSQL has no function for it without the
-- extension pgcrypto, which the embedded server lacks. As HMAC it is still sound; nothing else here may use it. Half a
-- millisecond a block of 64 bytes.
-- Callers:   hmac_sha1. Not granted to store_api.
CREATE OR REPLACE FUNCTION identity.sha1(message bytea)
RETURNS bytea
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- 32-bit words are kept in bigint, where the sign bit is not in the way. All of PostgreSQL's bit operators have the
    -- same precedence, hence the parentheses.
    c_mask   CONSTANT bigint := 4294967295;
    v_bits   CONSTANT bigint := octet_length(sha1.message) * 8;
    v_zeros  CONSTANT integer := (119 - octet_length(sha1.message) % 64) % 64;
    v_padded CONSTANT bytea := sha1.message || '\x80'::bytea || decode(repeat('00', v_zeros), 'hex')
        || int8send(v_bits);
    v_hash   bigint[] := ARRAY[1732584193, 4023233417, 2562383102, 271733878, 3285377520];
    v_words  bigint[];
    v_a      bigint;
    v_b      bigint;
    v_c      bigint;
    v_d      bigint;
    v_e      bigint;
    v_next   bigint;
BEGIN
    FOR v_block IN 0 .. octet_length(v_padded) / 64 - 1 LOOP
        FOR v_t IN 0 .. 15 LOOP
            v_words[v_t] := ('x' || encode(substr(v_padded, v_block * 64 + v_t * 4 + 1, 4), 'hex'))::bit(32)::bigint;
        END LOOP;
        FOR v_t IN 16 .. 79 LOOP
            v_next := v_words[v_t - 3] # v_words[v_t - 8] # v_words[v_t - 14] # v_words[v_t - 16];
            v_words[v_t] := (v_next << 1 & c_mask) | (v_next >> 31);
        END LOOP;
        v_a := v_hash[1];
        v_b := v_hash[2];
        v_c := v_hash[3];
        v_d := v_hash[4];
        v_e := v_hash[5];
        FOR v_t IN 0 .. 79 LOOP
            v_next := ((v_a << 5 & c_mask) | (v_a >> 27)) + v_e + v_words[v_t] + CASE v_t / 20
                WHEN 0 THEN (v_d # (v_b & (v_c # v_d))) + 1518500249
                WHEN 1 THEN (v_b # v_c # v_d) + 1859775393
                WHEN 2 THEN ((v_b & v_c) | (v_d & (v_b | v_c))) + 2400959708
                ELSE (v_b # v_c # v_d) + 3395469782 END;
            v_e := v_d;
            v_d := v_c;
            v_c := (v_b << 30 & c_mask) | (v_b >> 2);
            v_b := v_a;
            v_a := v_next & c_mask;
        END LOOP;
        v_hash := ARRAY[(v_hash[1] + v_a) & c_mask, (v_hash[2] + v_b) & c_mask, (v_hash[3] + v_c) & c_mask,
                        (v_hash[4] + v_d) & c_mask, (v_hash[5] + v_e) & c_mask];
    END LOOP;
    RETURN (SELECT string_agg(substr(int8send(h.word), 5, 4), ''::bytea ORDER BY h.place)
            FROM unnest(v_hash) WITH ORDINALITY AS h(word, place));
END $$;
