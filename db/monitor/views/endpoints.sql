-- monitor.statements, summed up by endpoint.
CREATE OR REPLACE VIEW monitor.endpoints WITH (security_barrier) AS
SELECT s.endpoint, sum(s.calls)::bigint AS calls, sum(s.total_ms) AS total_ms,
       sum(s.total_ms) / nullif(sum(s.calls), 0) AS mean_ms, max(s.worst_ms) AS worst_ms,
       round((100 * sum(s.total_ms) / nullif(sum(sum(s.total_ms)) OVER (), 0))::numeric, 1) AS share_percent,
       sum(s.rows)::bigint AS rows, sum(s.blocks_read)::bigint AS blocks_read, sum(s.read_ms) AS read_ms,
       round(100.0 * sum(s.blocks_hit) / nullif(sum(s.blocks_hit + s.blocks_read), 0), 1) AS cache_hit_percent,
       sum(s.temp_blocks_written)::bigint AS temp_blocks_written, sum(s.wal_bytes)::bigint AS wal_bytes,
       min(s.since) AS since
FROM (
    SELECT r.*, monitor.endpoint_of(r.query) AS endpoint FROM monitor.read_statements(true) AS r
) AS s
GROUP BY s.endpoint;

COMMENT ON VIEW monitor.endpoints IS
'The cost of each endpoint in the database, over all of its statements (with and without an Idempotency-Key, before and
after a deployment). endpoint NULL is everything else: the worker''s jobs, people, backups.
Read and do: as in monitor.statements; monitor.changes_since(now() - interval ''1 hour'') returns the same for the last
hour only.';

GRANT SELECT ON monitor.endpoints TO store_monitor;
