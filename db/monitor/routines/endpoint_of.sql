-- The endpoint that a statement calls; NULL if it calls none. The web tier writes api."create_order"( … ), so the text
-- contains it.
-- Callers:   the views of monitor, take_statements.
CREATE OR REPLACE FUNCTION monitor.endpoint_of(query text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
RETURN CASE WHEN endpoint_of.query ~* '^\s*(with|select)\M' THEN
    coalesce(substring(endpoint_of.query FROM 'api\."([a-z0-9_]+)"\('),
             substring(endpoint_of.query FROM 'api\.([a-z0-9_]+)\(')) END;

GRANT EXECUTE ON FUNCTION monitor.endpoint_of TO store_monitor;
