-- An API key as its owner reads it, without the key itself.
-- Callers:   api.create_api_key, api.list_api_keys.
CREATE FUNCTION api.render_api_key(api_key identity.api_keys)
RETURNS api.api_key
LANGUAGE sql IMMUTABLE
RETURN ROW((api_key).id, (api_key).name, (api_key).role, (api_key).scopes, (api_key).hint, NULL, (api_key).expires_at,
           (api_key).last_used_at, (api_key).created_at)::api.api_key;
