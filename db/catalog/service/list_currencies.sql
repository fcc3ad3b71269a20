-- The codes of the currencies that the shop knows, in alphabetical order.
-- Callers:   the web tier when it starts: api.currency has these values in the OpenAPI document.
CREATE FUNCTION api.list_currencies()
RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ARRAY(SELECT c.code::text FROM catalog.currencies AS c ORDER BY c.code);
END $$;

COMMENT ON FUNCTION api.list_currencies IS
'List the currencies

For the web tier.';

GRANT EXECUTE ON FUNCTION api.list_currencies TO app_anonymous;
