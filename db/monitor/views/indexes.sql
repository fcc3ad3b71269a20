-- Every index, and how it is used.
CREATE OR REPLACE VIEW monitor.indexes WITH (security_barrier) AS
SELECT format('%I.%I', s.schemaname, s.relname) AS relation, s.indexrelname::text AS index_name,
       s.idx_scan AS scans, s.last_idx_scan AS last_scan, s.idx_tup_read AS entries_read,
       s.idx_tup_fetch AS rows_fetched, pg_relation_size(s.indexrelid) AS bytes,
       round(100.0 * i.idx_blks_hit / nullif(i.idx_blks_hit + i.idx_blks_read, 0), 1) AS cache_hit_percent,
       x.indisunique AS is_unique, x.indisprimary AS is_primary, x.indisvalid AS is_valid,
       pg_get_indexdef(s.indexrelid) AS definition
FROM pg_stat_user_indexes AS s
JOIN pg_statio_user_indexes AS i ON i.indexrelid = s.indexrelid
JOIN pg_index AS x ON x.indexrelid = s.indexrelid;

COMMENT ON VIEW monitor.indexes IS
'Every index with its use since the statistics were reset.
Read: entries_read far above rows_fetched means that many entries are read in vain; cache_hit_percent below 99 on a much
used index means that it does not fit into the cache; is_valid false is left by a CREATE INDEX CONCURRENTLY that failed.
Do: drop and create again what is not valid; for indexes without use see monitor.unused_indexes.';

GRANT SELECT ON monitor.indexes TO store_monitor;
