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
'The amount of write-ahead log, the number of checkpoints, and whether the log is archived.
Read: checkpoints_requested above a tenth of checkpoints_timed means that max_wal_size is too small. last_failed_time
after last_archived_time means that archiving fails: log accumulates on the disk, and no restore can reach a time after
last_archived_time.
Do: raise max_wal_size; repair archiving (the reason is in PostgreSQL''s log).';

GRANT SELECT ON monitor.wal TO store_monitor;
