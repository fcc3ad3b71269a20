-- Write-ahead log, checkpoints and archiving, in one row.
CREATE OR REPLACE VIEW monitor.wal WITH (security_barrier) AS
SELECT w.wal_bytes::bigint AS wal_bytes, w.wal_records, w.wal_fpi AS full_page_images,
       w.wal_buffers_full AS waits_for_buffers, w.stats_reset AS since, c.num_timed AS checkpoints_timed,
       c.num_requested AS checkpoints_requested, c.write_time AS checkpoint_write_ms,
       c.sync_time AS checkpoint_sync_ms,
       a.archived_count AS archived_segments, a.last_archived_time, a.failed_count AS archive_failures,
       a.last_failed_time
FROM pg_stat_wal AS w CROSS JOIN pg_stat_checkpointer AS c CROSS JOIN pg_stat_archiver AS a;

COMMENT ON VIEW monitor.wal IS
'What is written ahead, how often it is brought to the tables (checkpoints), and whether it is archived.
Read: checkpoints_requested above a tenth of checkpoints_timed: max_wal_size is too small. last_failed_time after
last_archived_time: the archive refuses, log piles up on the disk, and no restore reaches beyond last_archived_time.
Do: a larger max_wal_size; mend the archive (its reason is in PostgreSQL''s log).';

GRANT SELECT ON monitor.wal TO store_monitor;
