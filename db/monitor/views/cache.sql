-- Which tables are read from the cache, and which are not.
CREATE OR REPLACE VIEW monitor.cache WITH (security_barrier) AS
SELECT format('%I.%I', s.schemaname, s.relname) AS relation,
       s.heap_blks_read + coalesce(s.idx_blks_read, 0) + coalesce(s.toast_blks_read, 0) AS blocks_read,
       round(100.0 * s.heap_blks_hit / nullif(s.heap_blks_hit + s.heap_blks_read, 0), 2) AS table_hit_percent,
       round(100.0 * s.idx_blks_hit / nullif(s.idx_blks_hit + s.idx_blks_read, 0), 2) AS index_hit_percent,
       t.seq_scan AS sequential_scans, t.last_seq_scan AS last_sequential_scan, t.seq_tup_read AS rows_read_by_them,
       t.idx_scan AS index_scans, t.n_live_tup AS live_rows
FROM pg_statio_user_tables AS s JOIN pg_stat_user_tables AS t ON t.relid = s.relid;

COMMENT ON VIEW monitor.cache IS
'Each table: the share of its blocks that are found in shared_buffers, and how it is read. ORDER BY blocks_read DESC.
Read: below 99 % on a table that every request reads, the cache is too small or sequential scans replace its contents.
Many sequential_scans of a table with many live_rows mean that an index is missing; small tables are scanned on purpose.
Do: find the statement (monitor.statements ORDER BY blocks_read DESC) and give it an index; only then consider a larger
shared_buffers.';

GRANT SELECT ON monitor.cache TO store_monitor;
