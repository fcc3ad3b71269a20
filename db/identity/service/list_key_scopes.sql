-- The scope that an API key needs for each function, as {function: scope}, without those that refuse keys.
-- Callers:   the web tier when it starts, for the documentation. The database enforces the scopes (authenticate_key).
CREATE FUNCTION api.list_key_scopes()
RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (SELECT jsonb_object_agg(s.function_name, s.scope)
            FROM identity.key_scopes() AS s WHERE s.scope IS NOT NULL);
END $$;

COMMENT ON FUNCTION api.list_key_scopes IS
'List the scopes of all functions

For the web tier.';

GRANT EXECUTE ON FUNCTION api.list_key_scopes TO app_anonymous;
