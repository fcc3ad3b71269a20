-- What monitoring needs in this database, as the administrator who deploys: pgstattuple, and pg_stat_statements kept from those who watch nothing
-- (PostgreSQL shows everybody how often and for how long each statement of the shop runs, and the texts of one's own role).
-- Where the administrator may not do this, monitoring sees less, `storeproc check` says so, and nothing else is different.
SET LOCAL ROLE NONE;

DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pgstattuple SCHEMA extensions;
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN
    RAISE WARNING 'without the extension pgstattuple: monitor.measure_bloat() does not work.';
END $$;

DO $$
BEGIN
    IF to_regclass('extensions.pg_stat_statements') IS NOT NULL AND has_table_privilege('web_anonymous', 'extensions.pg_stat_statements', 'SELECT')
        AND pg_has_role((SELECT c.relowner FROM pg_class AS c WHERE c.oid = to_regclass('extensions.pg_stat_statements')), 'USAGE')
    THEN
        REVOKE ALL ON extensions.pg_stat_statements, extensions.pg_stat_statements_info FROM PUBLIC;
        REVOKE ALL ON FUNCTION extensions.pg_stat_statements(boolean), extensions.pg_stat_statements_info() FROM PUBLIC;
        GRANT SELECT ON extensions.pg_stat_statements, extensions.pg_stat_statements_info TO pg_read_all_stats, store_owner, store_monitor;
        GRANT EXECUTE ON FUNCTION extensions.pg_stat_statements(boolean), extensions.pg_stat_statements_info()
            TO pg_read_all_stats, store_owner, store_monitor;
    END IF;
END $$;

SET LOCAL ROLE store_owner;
