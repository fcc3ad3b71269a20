-- Revokes one of the caller's API keys.
-- Locks:  the key.
-- Errors: confirmation_required, session_required 403; api_key_not_found 404.
CREATE FUNCTION api.revoke_api_key(key_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate();
    PERFORM identity.require_fresh();
    PERFORM identity.revoke_api_key(revoke_api_key.key_id);
END $$;

COMMENT ON FUNCTION api.revoke_api_key IS
'Revoke an API key

It is refused from the next request on.';

GRANT EXECUTE ON FUNCTION api.revoke_api_key TO app_merchant;
