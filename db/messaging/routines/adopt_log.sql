-- Makes a log at home that came from another cluster (pg_dump, logical replication): its transaction numbers mean
-- nothing here, and those above ours would hide their events. They become older than every transaction, in the order of
-- their ids; readers' cursors name events and hold. A physical backup needs none of this. Called by: fan_out_events
-- when it finds such a log, and whoever restored a dump. Returns:   how many events.
-- Locks:     the log, against writers, until all of it is rewritten.
-- Definer:   takes the guards of history aside for a column that says nothing about the event.
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
