-- Adapts a log that came from another cluster (pg_dump, logical replication). Its transaction numbers mean nothing
-- here, and numbers above ours would hide their events. They become older than every transaction, in the order of their
-- ids; the cursors of readers name events and stay valid. Not needed after a physical restore.
-- Callers:   fan_out_events when it finds such a log, and a person after restoring a dump.
-- Returns:   the number of events.
-- Locks:     the log, against writers, until all of it is rewritten.
-- Definer:   disables the triggers that protect the log, to change a column that is not part of the event.
CREATE OR REPLACE FUNCTION messaging.adopt_log()
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_count bigint;
BEGIN
    ALTER TABLE messaging.events DISABLE TRIGGER USER;
    UPDATE messaging.events SET xact = '3' WHERE xact <> '3';    -- 3 is below the first transaction of any cluster
    GET DIAGNOSTICS v_count = ROW_COUNT;
    ALTER TABLE messaging.events ENABLE TRIGGER USER;
    RETURN v_count;
END $$;
