-- The names of the ways of paying that the shop knows, in alphabetical order.
-- Callers:   the web tier when it starts: api.provider has these values in the OpenAPI document.
CREATE FUNCTION api.list_provider_names()
RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ARRAY(SELECT p.name FROM payments.providers AS p ORDER BY p.name);
END $$;

COMMENT ON FUNCTION api.list_provider_names IS
'List the names of the ways of paying

For the web tier.';

GRANT EXECUTE ON FUNCTION api.list_provider_names TO app_anonymous;
