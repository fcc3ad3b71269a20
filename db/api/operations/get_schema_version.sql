-- What is deployed here: the last migration, and the digest of the code. /health/ready compares it with the source.
CREATE TYPE api.schema_version AS (schema_version text, code_digest text, deployed_at timestamptz);

CREATE FUNCTION api.get_schema_version()
RETURNS api.schema_version
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN (SELECT ROW(d.schema_version, d.code_digest, d.at)::api.schema_version FROM migration.deployed AS d);

COMMENT ON FUNCTION api.get_schema_version IS
'What is deployed

The last migration and the digest of the code.';

GRANT EXECUTE ON FUNCTION api.get_schema_version TO app_anonymous, app_gateway, app_worker;
