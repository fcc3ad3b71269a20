-- Lines of pg_hba.conf that admit people without a password, or from every address.
-- Callers:   find_gaps, as superuser: other roles may not read them and get no result.
CREATE OR REPLACE FUNCTION monitor.find_access_gaps()
RETURNS TABLE (gap text, remedy text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT (has_function_privilege('pg_catalog.pg_hba_file_rules()', 'EXECUTE')
            AND has_table_privilege('pg_catalog.pg_hba_file_rules', 'SELECT')) THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH rules AS (
        SELECT format('%s, line %s (%s)', regexp_replace(r.file_name, '^.*/', ''), r.line_number,
                      concat_ws(' ', r.type, array_to_string(r.database, ','), array_to_string(r.user_name, ','),
                                r.address, r.auth_method)) AS line,
               r.error, r.auth_method,
               r.type <> 'local' AND (r.address = 'all' OR r.netmask IN ('0.0.0.0', '::')) AS all_hosts
        FROM pg_hba_file_rules AS r
    )
    SELECT format('%s is not valid: %s', r.line, r.error),
           'Correct it: until then the server ignores every change of the file, and does not start again.'
    FROM rules AS r WHERE r.error NOT LIKE '%cannot match%'    -- hostssl where TLS is off: ignored
    UNION ALL
    SELECT format('%s admits without a password.', r.line),
           'Write scram-sha-256 (for local: peer) in place of trust, and SELECT pg_reload_conf().'
    FROM rules AS r WHERE r.auth_method = 'trust'
    UNION ALL
    SELECT format('%s admits from every address.', r.line),
           'Name the networks of the web tier and of the administration, as db/pg_hba.conf does.'
    FROM rules AS r
    WHERE r.all_hosts AND r.auth_method NOT IN ('reject', 'trust')
      AND current_setting('listen_addresses') !~ '^(|localhost|127\.0\.0\.1|::1)$';
END $$;

GRANT EXECUTE ON FUNCTION monitor.find_access_gaps TO store_monitor;
