-- Indexes that nothing reads and nothing needs. Sizes are those of the last VACUUM or ANALYZE: reading the file's size
-- would wait for locks on the table.
CREATE OR REPLACE VIEW monitor.unused_indexes WITH (security_barrier) AS
SELECT format('%I.%I', s.schemaname, s.relname) AS relation, s.indexrelname::text AS index_name,
       c.relpages * current_setting('block_size')::bigint AS bytes,
       s.idx_scan AS scans,
       s.last_idx_scan AS last_scan, t.n_tup_ins + t.n_tup_upd + t.n_tup_del - t.n_tup_hot_upd AS writes,
       EXISTS (
           SELECT FROM pg_constraint AS c
           WHERE c.contype = 'f'
             AND c.conrelid = x.indrelid
             AND (x.indkey::smallint[])[0:cardinality(c.conkey) - 1] @> c.conkey
       ) AS serves_foreign_key,
       pg_stat_get_db_stat_reset_time(
           (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
       ) AS since, pg_get_indexdef(s.indexrelid) AS definition
FROM pg_stat_user_indexes AS s
JOIN pg_index AS x ON x.indexrelid = s.indexrelid
JOIN pg_class AS c ON c.oid = s.indexrelid
JOIN pg_stat_user_tables AS t ON t.relid = s.relid
WHERE s.idx_scan = 0 AND NOT x.indisunique AND NOT x.indisexclusion
  AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = x.indexrelid);

COMMENT ON VIEW monitor.unused_indexes IS
'Indexes without a scan since the statistics were reset (since). ORDER BY writes or bytes DESC for the most expensive
ones. Unique and constraint indexes are left out, because they enforce rules.
Read: check every standby as well, since its scans are counted there. An index with serves_foreign_key is needed when
the row that it refers to is deleted, even if that has not happened yet.
Do: wait for a whole month of statistics, then DROP INDEX CONCURRENTLY in a migration.';

GRANT SELECT ON monitor.unused_indexes TO store_monitor;
