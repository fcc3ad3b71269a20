-- The caller's API keys that were not revoked, with ids below one id, newest first.
-- Callers:   api.list_api_keys.
-- Definer:   reads API keys, which no caller may.
CREATE OR REPLACE FUNCTION identity.find_api_keys(before uuid, count integer)
RETURNS identity.api_keys[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT ARRAY(
        SELECT k
        FROM identity.api_keys AS k
        WHERE k.account_id = identity.current_actor() AND k.id < find_api_keys.before AND k.revoked_at IS NULL
        ORDER BY k.id DESC LIMIT find_api_keys.count
    );
END;

GRANT EXECUTE ON FUNCTION identity.find_api_keys TO store_api;
