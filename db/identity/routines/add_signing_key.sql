-- Adds a signing key (random by default) that signs from now on. Returns its kid.
-- The previous key continues to verify until its last token has expired (longest_token_life), and is then removed
-- (retire_signing_keys).
-- Callers:   db/identity/policies/signing_keys.sql (the first key), `storeproc keys rotate`, renew_signing_key,
--            replace_signing_keys. Not granted to any web role.
-- Locks:     identity.signing_keys (SHARE ROW EXCLUSIVE), against another rotation; signing and verifying do not wait.
CREATE OR REPLACE FUNCTION identity.add_signing_key(secret bytea DEFAULT NULL)
RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_kid    CONSTANT text := replace(gen_random_uuid()::text, '-', '');
    -- HMAC-SHA256 (RFC 2104): a block is 64 bytes; a longer secret is hashed first.
    v_secret CONSTANT bytea := CASE
        WHEN add_signing_key.secret IS NULL THEN sha256(
            uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
        )
        WHEN length(add_signing_key.secret) > 64 THEN sha256(add_signing_key.secret)
        ELSE add_signing_key.secret END;
    v_inner  bytea := decode(repeat('36', 64), 'hex');
    v_outer  bytea := decode(repeat('5c', 64), 'hex');
BEGIN
    FOR i IN 0 .. length(v_secret) - 1 LOOP
        v_inner := set_byte(v_inner, i, get_byte(v_inner, i) # get_byte(v_secret, i));
        v_outer := set_byte(v_outer, i, get_byte(v_outer, i) # get_byte(v_secret, i));
    END LOOP;
    LOCK TABLE identity.signing_keys IN SHARE ROW EXCLUSIVE MODE;
    UPDATE identity.signing_keys SET retired_at = now() WHERE retired_at IS NULL;
    INSERT INTO identity.signing_keys (kid, header, inner_pad, outer_pad)
    VALUES (v_kid,
            identity.encode_base64url(convert_to(format('{"alg":"HS256","typ":"JWT","kid":"%s"}', v_kid), 'UTF8')),
            v_inner, v_outer);
    RETURN v_kid;
END $$;
