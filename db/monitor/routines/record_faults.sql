-- Records how many faults the last check of the backups found: `verify` (all files) or `backup` (the log, each time).
-- Callers:   the backup commands.
-- Locks:     the row of this check.
-- Definer:   this record is all that the backup role may write.
CREATE OR REPLACE FUNCTION monitor.record_faults(found_by text, faults integer)
RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO monitor.counters (name, labels, value)
    VALUES ('backup_faults', jsonb_build_object('found_by', record_faults.found_by), record_faults.faults)
    ON CONFLICT (name, labels) DO UPDATE SET value = excluded.value;
END;

GRANT EXECUTE ON FUNCTION monitor.record_faults TO store_backup;
