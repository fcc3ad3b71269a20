-- Revokes an API key of the caller: it is refused from now on.
-- Callers:   api.revoke_api_key.
-- Locks:     the key.
-- Errors:    api_key_not_found 404: also for another account's key, and one that was revoked.
-- Definer:   writes API keys.
CREATE OR REPLACE FUNCTION identity.revoke_api_key(key_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE identity.api_keys AS k SET revoked_at = now()
    WHERE k.id = revoke_api_key.key_id AND k.account_id = identity.current_actor() AND k.revoked_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'api_key_not_found',
            MESSAGE = 'You have no such API key.', HINT = 'It may have been revoked already.';
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION identity.revoke_api_key TO store_api;
