-- How long the oldest segment of the log has waited to be archived; 0 where none waits. An archive_command that hangs
-- fails never, and pg_stat_archiver does not show it. NULL where a managed server does not let the owner look.
-- Callers:   read_measurements.
CREATE OR REPLACE FUNCTION monitor.archive_waiting_seconds()
RETURNS double precision
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT has_function_privilege('pg_catalog.pg_ls_archive_statusdir()', 'EXECUTE') THEN
        RETURN NULL;
    END IF;
    RETURN (
        SELECT coalesce(max(extract(epoch FROM clock_timestamp() - f.modification)), 0)
        FROM pg_ls_archive_statusdir() AS f WHERE f.name LIKE '%.ready'
    );
END $$;
