-- depends: 0056.limits
-- What kind of shop this is, in a row that the owner of the tables changes. It was a setting of the database, which
-- every session can set to something else for itself.
CREATE TABLE identity.environment (
    only_row   boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    name       text NOT NULL CONSTRAINT environment_unknown CHECK (name IN ('development', 'demo', 'production')),
    changed_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON CONSTRAINT environment_unknown ON identity.environment IS
    'A shop is for development, a demo, or in production.';
INSERT INTO identity.environment (name)
SELECT CASE WHEN EXISTS (
                SELECT FROM pg_catalog.pg_db_role_setting AS s
                JOIN pg_catalog.pg_database AS d ON d.oid = s.setdatabase
                WHERE d.datname = current_database() AND s.setrole = 0
                  AND 'storeproc.environment=production' = ANY (s.setconfig))
            THEN 'production'
            WHEN (SELECT t.demo FROM sales.settings AS t) THEN 'demo'
            ELSE 'development' END;

-- Whether a provider's tokens may also say which role an account has. Providers that are trusted already may, until
-- the next deployment that sees OIDC_ISSUER.
ALTER TABLE identity.outside_issuers ADD COLUMN sets_roles boolean NOT NULL DEFAULT true;
ALTER TABLE identity.outside_issuers ALTER COLUMN sets_roles SET DEFAULT false;
