-- The history of statements, by endpoint and minute.
CREATE OR REPLACE VIEW monitor.endpoint_minutes WITH (security_barrier) AS
SELECT h.at, h.endpoint, sum(h.calls)::bigint AS calls, sum(h.total_ms) AS total_ms,
       sum(h.total_ms) / nullif(sum(h.calls), 0) AS mean_ms, max(h.worst_ms) AS worst_ms,
       sum(h.rows)::bigint AS rows, sum(h.blocks_read)::bigint AS blocks_read,
       sum(h.temp_blocks_written)::bigint AS temp_blocks_written, sum(h.wal_bytes)::bigint AS wal_bytes
FROM monitor.statement_history AS h
GROUP BY h.at, h.endpoint;

COMMENT ON VIEW monitor.endpoint_minutes IS
'The work of each endpoint in each minute of the last 14 days, from the worker''s snapshots; endpoint NULL is everything
else.
Read: mean_ms that increases while calls do not means that a plan changed, or that there is bloat or too small a cache;
if both increase together, the cause is load.
Do: always filter by at. worst_ms is the maximum since the statistics were reset, not that of the minute.';

GRANT SELECT ON monitor.endpoint_minutes TO store_monitor;
