-- pg_stat_io without its empty lines.
CREATE OR REPLACE VIEW monitor.io WITH (security_barrier) AS
SELECT i.backend_type, i.object, i.context, i.reads, i.read_bytes, i.read_time AS read_ms, i.writes,
       i.write_bytes, i.write_time AS write_ms, i.extends, i.hits,
       round(100.0 * i.hits / nullif(i.hits + i.reads, 0), 2) AS hit_percent, i.evictions, i.fsyncs,
       i.fsync_time AS fsync_ms, i.read_time / nullif(i.reads, 0) AS ms_a_read,
       i.fsync_time / nullif(i.fsyncs, 0) AS ms_an_fsync, i.stats_reset AS since
FROM pg_stat_io AS i
WHERE coalesce(i.reads, 0) + coalesce(i.writes, 0) + coalesce(i.extends, 0) + coalesce(i.hits, 0)
    + coalesce(i.fsyncs, 0) > 0;

COMMENT ON VIEW monitor.io IS
'Reads and writes by kind of process, object and context, for the whole server.
Read: ms_an_fsync of object wal is the time that each commit waits for (above 5 ms: a slow disk). Many writes of client
backends in context normal mean that the background writer is too slow. ms_a_read above 1 means that blocks come from
the disk, below 0.1 from the system''s cache.
Do: put WAL on a faster disk; raise bgwriter_lru_maxpages or shared_buffers.';

GRANT SELECT ON monitor.io TO store_monitor;
