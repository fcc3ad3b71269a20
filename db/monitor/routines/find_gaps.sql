-- What this server lacks of what db/docs and monitoring/README.md demand, or should not write to its log, and how to
-- fix it. The server that storeproc starts itself lacks nothing.
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
    SELECT 'auto_explain is loaded and logs nothing: the log has no plans of slow statements.',
           'Set auto_explain.log_min_duration = ''250ms''.'
    WHERE EXISTS (SELECT FROM settings AS s WHERE s.name = 'auto_explain.log_min_duration' AND s.setting = '-1')
    UNION ALL
    SELECT 'Plans of statements inside functions, which do the work of the endpoints, are not logged.',
           'Set auto_explain.log_nested_statements = on.'
    WHERE EXISTS (SELECT FROM settings AS s WHERE s.name = 'auto_explain.log_nested_statements' AND s.setting = 'off')
    UNION ALL
    SELECT 'pg_stat_statements counts nothing: the cost of endpoints is not known.',
           'Set pg_stat_statements.track = top.'
    WHERE EXISTS (SELECT FROM settings AS s WHERE s.name = 'pg_stat_statements.track' AND s.setting = 'none')
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
    SELECT format('%s: errors of this role quote rows in the log.', r.rolname),
           format('As a superuser: ALTER ROLE %I SET log_min_messages = ''log''.', r.rolname)
    FROM pg_roles AS r
    WHERE r.rolname ~ '^web_' AND NOT monitor.has_setting(r.oid, 'log_min_messages=log')
    UNION ALL
    SELECT format('%s: the log may show whom staff look for.', r.rolname),
           format('As a superuser: ALTER ROLE %I SET auto_explain.log_nested_statements = off.', r.rolname)
    FROM pg_roles AS r
    WHERE r.rolname IN ('web_support', 'web_admin')
      AND NOT monitor.has_setting(r.oid, 'auto_explain.log_nested_statements=off')
    UNION ALL
    SELECT 'Statements of merchants may fill the disk.',
           format('As a superuser: ALTER ROLE %I SET temp_file_limit = ''256MB''.', r.rolname)
    FROM pg_roles AS r
    WHERE r.rolname = 'web_merchant' AND NOT EXISTS (
        SELECT FROM pg_db_role_setting AS s CROSS JOIN LATERAL unnest(s.setconfig) AS c
        WHERE s.setrole = r.oid AND c LIKE 'temp_file_limit=%')
    UNION ALL
    SELECT 'Web roles may take advisory locks, make large objects and end each other''s sessions.',
           'Run db/roles.sql as a superuser (storeproc migrate --force).'
    WHERE has_function_privilege('web_anonymous', 'pg_catalog.pg_advisory_lock(bigint)', 'EXECUTE')
       OR has_function_privilege('web_anonymous', 'pg_catalog.lo_create(oid)', 'EXECUTE')
       OR has_function_privilege('web_anonymous', 'pg_catalog.pg_terminate_backend(integer, bigint)', 'EXECUTE')
       OR has_function_privilege('web_anonymous', 'pg_catalog.pg_logical_emit_message(boolean, text, text, boolean)',
                                 'EXECUTE')
    UNION ALL
    SELECT 'store_backup cannot take base backups and dumps.',
           'As a superuser: ALTER ROLE store_backup REPLICATION BYPASSRLS; GRANT pg_read_all_data TO store_backup.'
    FROM pg_roles AS r
    WHERE r.rolname = 'store_backup'
      AND NOT (r.rolreplication AND r.rolbypassrls AND pg_has_role(r.oid, 'pg_read_all_data', 'USAGE'))
    UNION ALL
    SELECT 'The write-ahead log is not archived (archive_mode is off): only dumps can be restored.',
           'Set archive_mode = on, restart the server, and see backups/README.md.'
    WHERE EXISTS (SELECT FROM settings AS s WHERE s.name = 'archive_mode' AND s.setting = 'off')
    UNION ALL
    SELECT 'The write-ahead log piles up: archive_mode is on, and archive_command is not set.',
           'Set archive_command (backups/README.md), or archive_mode = off and restart the server.'
    WHERE EXISTS (SELECT FROM settings AS s WHERE s.name = 'archive_mode' AND s.setting <> 'off')
      AND NOT EXISTS (SELECT FROM settings AS s
                      WHERE s.name IN ('archive_command', 'archive_library') AND s.setting NOT IN ('', '(disabled)'))
    UNION ALL
    SELECT format('The write-ahead log is not archived: the last attempt failed (%s).', a.last_failed_wal),
           'PostgreSQL''s log has the error of archive_command.'
    FROM pg_stat_archiver AS a
    WHERE a.last_failed_time > coalesce(a.last_archived_time, '-infinity')
    UNION ALL
    SELECT format('Commits wait for a standby that is not connected (synchronous_standby_names is %s).', s.setting),
           'Start the standby, or ALTER SYSTEM RESET synchronous_standby_names; SELECT pg_reload_conf().'
    FROM settings AS s
    WHERE s.name = 'synchronous_standby_names' AND s.setting <> '' AND NOT pg_is_in_recovery()
      AND NOT EXISTS (SELECT FROM pg_stat_replication AS r WHERE r.sync_state IN ('sync', 'quorum'))
    UNION ALL
    SELECT g.gap, g.remedy FROM monitor.find_access_gaps() AS g
    UNION ALL
    SELECT 'Changes of the schema and of roles are not logged.', 'Set log_statement = ''ddl''.'
    WHERE EXISTS (SELECT FROM settings AS s WHERE s.name = 'log_statement' AND s.setting = 'none')
    UNION ALL
    SELECT 'Passwords that people set are stored as MD5.', 'Set password_encryption = ''scram-sha-256''.'
    WHERE EXISTS (SELECT FROM settings AS s WHERE s.name = 'password_encryption' AND s.setting <> 'scram-sha-256')
    UNION ALL
    SELECT 'A standby that is down may fill the disk with the log that is kept for it.',
           'ALTER SYSTEM SET max_slot_wal_keep_size = ''20GB''; SELECT pg_reload_conf().'
    WHERE EXISTS (SELECT FROM settings AS s WHERE s.name = 'max_slot_wal_keep_size' AND s.setting = '-1')
      AND EXISTS (SELECT FROM monitor.slots AS s WHERE s.slot_type = 'physical')
    UNION ALL
    SELECT 'A reader of the event log that is down may fill the disk with the log that is kept for it.',
           'ALTER SYSTEM SET max_slot_wal_keep_size = ''20GB''; SELECT pg_reload_conf().'
    WHERE EXISTS (SELECT FROM settings AS s WHERE s.name = 'max_slot_wal_keep_size' AND s.setting = '-1')
      AND EXISTS (SELECT FROM monitor.slots AS s WHERE s.slot_type = 'logical')
    UNION ALL
    SELECT 'Connections are not logged.', 'Set log_connections = ''authorization''.'
    WHERE EXISTS (SELECT FROM settings AS s WHERE s.name = 'log_connections' AND s.setting IN ('', 'off'))
    UNION ALL
    SELECT 'Long waits for locks are not logged.', 'Set log_lock_waits = on.'
    WHERE EXISTS (SELECT FROM settings AS s WHERE s.name = 'log_lock_waits' AND s.setting = 'off')
    UNION ALL
    SELECT format('max_locks_per_transaction is %s: large orders may fail with "out of shared memory".', s.setting),
           'Set max_locks_per_transaction = 256 and restart the server.'
    FROM settings AS s
    WHERE s.name = 'max_locks_per_transaction' AND s.setting::integer < 256
    UNION ALL
    SELECT 'track_functions is none: the time of functions is not known.', 'Set track_functions = pl.'
    WHERE EXISTS (SELECT FROM settings AS s WHERE s.name = 'track_functions' AND s.setting = 'none')
    UNION ALL
    SELECT 'The extension pgstattuple is missing in this database: monitor.measure_bloat() does not work.',
           'As a superuser: CREATE EXTENSION pgstattuple SCHEMA extensions.'
    WHERE NOT EXISTS (SELECT FROM pg_extension AS e WHERE e.extname = 'pgstattuple')
    UNION ALL
    SELECT 'Extensions are not found by their names (as in a copy of a database).',
           format('ALTER DATABASE %I SET search_path = "$user", public, extensions.', d.datname)
    FROM pg_database AS d
    WHERE d.datname = current_database() AND NOT EXISTS (
        SELECT FROM pg_db_role_setting AS s CROSS JOIN LATERAL unnest(s.setconfig) AS c
        WHERE s.setdatabase = d.oid AND s.setrole = 0 AND c ~ '^search_path=.*\mextensions\M')
    UNION ALL
    SELECT 'The audit has no partition for the next month.',
           'Start a worker, or: SELECT audit.add_partition((now() + interval ''1 month'')::date).'
    WHERE NOT EXISTS (    -- not to_regclass(): store_monitor may not look into schema audit
        SELECT FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname = 'audit'
          AND c.relname = 'changes_' || to_char(now() AT TIME ZONE 'UTC' + interval '1 month', 'YYYY_MM'))
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
