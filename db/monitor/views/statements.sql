-- The cost of each statement, with its endpoint. The functions run as the calling role, which must have access to
-- statistics (pg_monitor).
CREATE OR REPLACE VIEW monitor.statements WITH (security_barrier) AS
SELECT monitor.endpoint_of(s.query) AS endpoint, pg_get_userbyid(s.role_id)::text AS role_name, s.calls,
       s.total_ms, s.mean_ms, s.worst_ms, s.deviation_ms,
       round((100 * s.total_ms / nullif(sum(s.total_ms) OVER (), 0))::numeric, 1) AS share_percent, s.rows,
       s.blocks_read, s.read_ms,
       round(100.0 * s.blocks_hit / nullif(s.blocks_hit + s.blocks_read, 0), 1) AS cache_hit_percent,
       s.temp_blocks_read, s.temp_blocks_written, s.wal_bytes, s.since, s.queryid,
       monitor.without_literals(s.query) AS query
FROM monitor.read_statements(true) AS s;

COMMENT ON VIEW monitor.statements IS
'The cost of each statement since its statistics were reset: ORDER BY total_ms DESC (where the time goes), mean_ms,
worst_ms, blocks_read, temp_blocks_written, wal_bytes.
Read: an endpoint is one statement, so total_ms is its cost in the database and calls is the number of its requests. A
worst_ms far above mean_ms comes from waiting (monitor.locks) or from a cold cache (blocks_read); temp_blocks_written
from a sort or hash that exceeds work_mem.
Do: start with the largest share_percent. The plan of a statement that took 250 ms is in the log (auto_explain);
otherwise EXPLAIN (ANALYZE, BUFFERS) the statements inside the function. If there are no rows, monitor.find_gaps()
returns the reason.';

GRANT SELECT ON monitor.statements TO store_monitor;
