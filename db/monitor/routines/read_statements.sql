-- This database's rows of pg_stat_statements. The extension may be missing on a foreign server; then there are no rows,
-- and monitor.find_gaps() says why. The SQL is dynamic for that reason. Not SECURITY DEFINER: a caller without access
-- to statistics sees none.
-- Callers:   the views of monitor, take_statements, read_measurements.
CREATE OR REPLACE FUNCTION monitor.read_statements(with_text boolean)
RETURNS TABLE (
    queryid bigint, role_id oid, calls bigint, total_ms double precision, mean_ms double precision,
    worst_ms double precision, deviation_ms double precision, plan_ms double precision, rows bigint,
    blocks_hit bigint, blocks_read bigint, blocks_written bigint, read_ms double precision, temp_blocks_read bigint,
    temp_blocks_written bigint, wal_bytes bigint, since timestamptz, query text
)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF to_regclass('extensions.pg_stat_statements') IS NULL
        OR NOT EXISTS (SELECT FROM pg_settings AS s WHERE s.name = 'pg_stat_statements.max')
    THEN
        RETURN;
    END IF;
    RETURN QUERY EXECUTE '
        SELECT s.queryid, s.userid, s.calls, s.total_exec_time, s.mean_exec_time, s.max_exec_time, s.stddev_exec_time,
               s.total_plan_time, s.rows, s.shared_blks_hit, s.shared_blks_read, s.shared_blks_written,
               s.shared_blk_read_time, s.temp_blks_read, s.temp_blks_written, s.wal_bytes::bigint,
               s.stats_since, s.query
        FROM extensions.pg_stat_statements($1) AS s
        WHERE s.dbid = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
          AND s.queryid IS NOT NULL AND s.toplevel'
    USING with_text;
END $$;

GRANT EXECUTE ON FUNCTION monitor.read_statements TO store_monitor;
