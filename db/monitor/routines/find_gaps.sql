-- What this server lacks for monitoring, or should not write to its log, and how to fix it. The server that storeproc
-- starts itself lacks nothing.
-- Callers:   review, storeproc migrate, storeproc check.
CREATE OR REPLACE FUNCTION monitor.find_gaps()
RETURNS TABLE (gap text, remedy text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH settings AS MATERIALIZED (SELECT s.name, s.setting FROM pg_settings AS s)
    SELECT 'pg_stat_statements is not loaded: the cost of endpoints is not known.',
           'Set shared_preload_libraries = ''pg_stat_statements, auto_explain'' and restart the server.'
    WHERE NOT EXISTS (SELECT FROM settings AS s WHERE s.name = 'pg_stat_statements.max')
    UNION ALL
    SELECT 'The extension pg_stat_statements is missing in this database.',
           'As a superuser: CREATE EXTENSION pg_stat_statements SCHEMA extensions.'
    WHERE EXISTS (SELECT FROM settings AS s WHERE s.name = 'pg_stat_statements.max')
      AND to_regclass('extensions.pg_stat_statements') IS NULL
    UNION ALL
    SELECT 'pg_stat_statements keeps the text of utility statements, and a password may be in one.',
           'Set pg_stat_statements.track_utility = off.'
    WHERE EXISTS (SELECT FROM settings AS s WHERE s.name = 'pg_stat_statements.track_utility' AND s.setting = 'on')
    UNION ALL
    SELECT 'auto_explain is not loaded: the log has no plans of slow statements.',
           'Add auto_explain to shared_preload_libraries, restart, and set auto_explain.log_min_duration = ''250ms'', '
           'auto_explain.log_nested_statements = on, auto_explain.log_parameter_max_length = 0.'
    WHERE NOT EXISTS (SELECT FROM settings AS s WHERE s.name = 'auto_explain.log_min_duration')
    UNION ALL
    SELECT format('%s is %s: values sent by clients are written to the log.', s.name, s.setting),
           format('Set %s = 0.', s.name)
    FROM settings AS s
    WHERE s.name IN ('log_parameter_max_length_on_error', 'auto_explain.log_parameter_max_length') AND s.setting <> '0'
    UNION ALL
    SELECT 'Statements are logged with the values that clients sent.', 'Set log_parameter_max_length = 0.'
    WHERE EXISTS (SELECT FROM settings AS s WHERE s.name = 'log_parameter_max_length' AND s.setting <> '0')
      AND EXISTS (SELECT FROM settings AS s
                  WHERE s.name IN ('log_min_duration_statement', 'log_min_duration_sample') AND s.setting <> '-1'
                  UNION ALL SELECT FROM settings AS s WHERE s.name = 'log_statement' AND s.setting <> 'none')
    UNION ALL
    SELECT 'The log quotes rows that a constraint refuses.',
           format('As a superuser: ALTER ROLE %I SET log_min_messages = ''log''.', r.rolname)
    FROM pg_roles AS r
    WHERE r.rolname = 'web_anonymous'
      AND NOT EXISTS (SELECT FROM pg_db_role_setting AS s
                      WHERE s.setrole = r.oid AND 'log_min_messages=log' = ANY (s.setconfig))
    UNION ALL
    SELECT 'track_io_timing is off: the time of reads is not known.', 'Set track_io_timing = on.'
    WHERE EXISTS (SELECT FROM settings AS s WHERE s.name = 'track_io_timing' AND s.setting = 'off')
    UNION ALL
    SELECT 'The worker''s snapshots do not include the statements of other roles.',
           'As a superuser: GRANT pg_read_all_stats TO store_owner WITH INHERIT TRUE.'
    WHERE NOT pg_has_role('store_owner', 'pg_read_all_stats', 'USAGE')
    UNION ALL
    SELECT 'store_monitor cannot see the statements of other roles.',
           'As a superuser: GRANT pg_monitor TO store_monitor.'
    WHERE NOT pg_has_role('store_monitor', 'pg_monitor', 'USAGE');
$$;

GRANT EXECUTE ON FUNCTION monitor.find_gaps TO store_monitor;
