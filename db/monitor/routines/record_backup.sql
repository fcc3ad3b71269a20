-- Records that a backup of a kind (full, incremental, dump, offsite_copy, restore_drill, verify) is complete now; with
-- a kind that ends in _failed (base_failed, offsite_copy_failed, restore_drill_failed), that an attempt failed.
-- Callers:   the backup commands, after the last byte was verified.
-- Locks:     the row of this kind of backup.
-- Definer:   this record is all that the backup role may write.
CREATE OR REPLACE FUNCTION monitor.record_backup(kind text, bytes bigint DEFAULT NULL)
RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO monitor.backups (kind, finished_at, bytes)
    VALUES (record_backup.kind, clock_timestamp(), record_backup.bytes)
    ON CONFLICT (kind) DO UPDATE SET finished_at = excluded.finished_at, bytes = excluded.bytes;
END;

GRANT EXECUTE ON FUNCTION monitor.record_backup TO store_backup;
