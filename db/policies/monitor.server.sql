-- What monitoring needs of the server, as the administrator who deploys: statistics of other roles' statements for the worker's snapshots, and
-- pgstattuple. And what keeps people out of PostgreSQL's log: errors of the web roles are not in it, because their DETAIL quotes rows (an e-mail
-- that is taken) and the web tier logs each with its request id; statements inside functions are not explained for staff, who look people up,
-- because a plan shows the values it was made for (db/views/monitor.quiet_plans.sql is about the others).
-- Where the administrator may not give these, monitoring sees less, `storeproc check` says so, and nothing else is different.
SET LOCAL ROLE NONE;

DO $$
BEGIN
    IF NOT pg_has_role('store_owner', 'pg_read_all_stats', 'USAGE') THEN
        GRANT pg_read_all_stats TO store_owner WITH INHERIT TRUE;
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE WARNING 'store_owner does not see statistics: GRANT pg_read_all_stats TO store_owner as a superuser.';
END $$;

DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pgstattuple SCHEMA extensions;
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN
    RAISE WARNING 'without the extension pgstattuple: monitor.measure_bloat() does not work.';
END $$;

DO $$
DECLARE
    v_role text;
BEGIN
    FOREACH v_role IN ARRAY ARRAY[
        'web_anonymous', 'web_customer', 'web_merchant', 'web_support', 'web_admin', 'web_gateway', 'web_worker'
    ] LOOP
        IF NOT EXISTS (
            SELECT FROM pg_db_role_setting AS s JOIN pg_roles AS r ON r.oid = s.setrole
            WHERE r.rolname = v_role AND s.setdatabase = 0 AND 'log_min_messages=log' = ANY (s.setconfig)
        ) THEN
            EXECUTE format('ALTER ROLE %I SET log_min_messages = ''log''', v_role);
        END IF;
    END LOOP;
    FOREACH v_role IN ARRAY ARRAY['web_support', 'web_admin'] LOOP
        IF NOT EXISTS (
            SELECT FROM pg_db_role_setting AS s JOIN pg_roles AS r ON r.oid = s.setrole
            WHERE r.rolname = v_role AND s.setdatabase = 0 AND 'auto_explain.log_nested_statements=off' = ANY (s.setconfig)
        ) THEN
            EXECUTE format('ALTER ROLE %I SET auto_explain.log_nested_statements = off', v_role);
        END IF;
    END LOOP;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE WARNING 'the log may quote rows: ALTER ROLE web_… SET log_min_messages = ''log'' as a superuser.';
END $$;

SET LOCAL ROLE store_owner;
