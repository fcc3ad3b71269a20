-- What is deployed here: the last migration, and the digest of the code. /health/ready compares it with the source.
-- A web tier that was never deployed here is too new; one that was is an older one in a deployment that rolls, and may
-- serve.
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
'What is deployed

The last migration and the digest of the code; source_known: whether the caller''s own digest was ever deployed here.';

GRANT EXECUTE ON FUNCTION api.get_schema_version TO app_anonymous, app_gateway, app_worker;
