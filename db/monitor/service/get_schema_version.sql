-- The deployed version: the last migration and the digest of the code. /health/ready compares it with the source. Code
-- that was never deployed here is newer than the database; code that was deployed before is older, as during a rolling
-- deployment, and may serve requests.
-- Callers:   the web tier.
CREATE TYPE api.schema_version AS (
    schema_version text, code_digest text, deployed_at timestamptz, source_known boolean
);

CREATE FUNCTION api.get_schema_version(source_digest text DEFAULT NULL)
RETURNS api.schema_version
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN (
    SELECT ROW(
        d.schema_version, d.code_digest, d.at,
        EXISTS (SELECT FROM migration.deployments AS e WHERE e.code_digest = get_schema_version.source_digest)
    )::api.schema_version
    FROM migration.deployed AS d
);

COMMENT ON FUNCTION api.get_schema_version IS
'Get the deployed version

The last migration and the digest of the code. source_known: whether the caller''s own digest was ever deployed here.';

GRANT EXECUTE ON FUNCTION api.get_schema_version TO app_anonymous, app_gateway, app_worker;
