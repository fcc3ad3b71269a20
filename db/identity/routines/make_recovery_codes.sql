-- Ten new recovery codes of 80 random bits, such as ABCD-EFGH-IJKL-MNOP. The earlier ones are void. Only hashes are
-- stored; with so many bits they need no salt.
-- Callers:   confirm_second_factor, renew_recovery_codes, which hold the account's lock. Not granted to store_api.
-- Locks:     the recovery codes.
CREATE OR REPLACE FUNCTION identity.make_recovery_codes(account_id uuid)
RETURNS text[]
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- A UUID holds 122 random bits from the server's strong source.
    v_codes CONSTANT text[] := ARRAY(
        SELECT identity.encode_base32(substr(sha256(uuid_send(gen_random_uuid())), 1, 10))
        FROM generate_series(1, 10));
BEGIN
    DELETE FROM identity.recovery_codes AS r WHERE r.account_id = make_recovery_codes.account_id;
    INSERT INTO identity.recovery_codes (account_id, code_hash)
    SELECT make_recovery_codes.account_id, sha256(convert_to(c.code, 'UTF8')) FROM unnest(v_codes) AS c(code);
    RETURN ARRAY(SELECT regexp_replace(c.code, '(.{4})(?=.)', '\1-', 'g') FROM unnest(v_codes) AS c(code));
END $$;
