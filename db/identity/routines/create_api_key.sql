-- Creates an API key of the caller, and tells the owner by mail. Only its hash is stored. The text is
-- sp_<live|test>_<role>_<id><secret><checksum>: 32, 40 and 8 hexadecimal digits, so that a scanner of source code can
-- find it and know by the CRC-32 of what is before it that it is one. The web tier reads role and id from it
-- (api/http/authentication.py).
-- Callers:   api.create_api_key.
-- Locks:     the account, so that concurrent requests are counted.
-- Errors:    too_many_api_keys 409 (50 that are valid), api_key_expiry_past 422, too_many_attempts 429 (60 an hour).
-- Definer:   writes API keys.
CREATE OR REPLACE FUNCTION identity.create_api_key(
    name text, scopes text[], expires_at timestamptz, OUT made identity.api_keys, OUT key text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.current_actor();
    v_live  CONSTANT boolean := identity.is_production();
    v_begin CONSTANT text :=
        'sp_' || CASE WHEN v_live THEN 'live' ELSE 'test' END || '_' || identity.current_audience() || '_';
    v_id    CONSTANT uuid := uuidv7();
BEGIN
    IF create_api_key.expires_at <= now() THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'api_key_expiry_past',
            MESSAGE = 'expires_at must be in the future.';
    END IF;
    PERFORM identity.count_attempt('api keys:' || v_actor, 60, interval '1 hour');
    PERFORM FROM identity.accounts AS a WHERE a.id = v_actor FOR NO KEY UPDATE;
    IF (SELECT count(*) FROM identity.api_keys AS k
        WHERE k.account_id = v_actor AND k.revoked_at IS NULL AND coalesce(k.expires_at > now(), true)) >= 50
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'too_many_api_keys',
            MESSAGE = 'An account can have at most fifty API keys.', HINT = 'Revoke one that is no longer used.';
    END IF;
    -- Those that have ended are kept for a while; creating and revoking again and again must not fill the table.
    DELETE FROM identity.api_keys AS k
    WHERE k.id IN (SELECT o.id FROM identity.api_keys AS o
                   WHERE o.account_id = v_actor AND least(o.expires_at, o.revoked_at) <= now()
                   ORDER BY o.id DESC OFFSET 200);

    -- Two random UUIDs hold 244 random bits from the server's strong source; 160 of their hash are used.
    key := v_begin || replace(v_id::text, '-', '')
        || left(encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'hex'), 40);
    key := key || lpad(to_hex(crc32(convert_to(key, 'UTF8'))), 8, '0');
    INSERT INTO identity.api_keys AS n (id, account_id, name, hint, key_hash, live, role, scopes, expires_at)
    VALUES (v_id, v_actor, create_api_key.name, v_begin || '…' || right(key, 4), sha256(convert_to(key, 'UTF8')),
            v_live, identity.current_audience(),
            ARRAY(SELECT DISTINCT s.scope FROM unnest(create_api_key.scopes) AS s (scope)
                  WHERE s.scope IS NOT NULL ORDER BY s.scope),
            create_api_key.expires_at)
    RETURNING n.* INTO made;
    -- Without the name: a thief may have chosen it.
    PERFORM messaging.enqueue_mail('api_key', v_actor,
                                   jsonb_build_object('hint', made.hint, 'scopes', to_jsonb(made.scopes)));
END $$;

GRANT EXECUTE ON FUNCTION identity.create_api_key TO store_api;
