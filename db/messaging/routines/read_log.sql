-- The event log after an event (NULL: from its beginning), in its final order: only events that no running transaction
-- can precede. A reader that continues after its last event misses nothing, however late a transaction commits; it
-- waits as long as the oldest transaction runs.
-- Callers:   fan_out_events, api.list_events. STABLE, so that the horizon and the rows are from one snapshot.
-- Errors:    cursor_invalid 422.
-- Definer:   the caller has checked who may read the log.
CREATE OR REPLACE FUNCTION messaging.read_log(after_event_id uuid, "limit" integer)
RETURNS SETOF messaging.events
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_after xid8 := '0';
BEGIN
    IF read_log.after_event_id IS NOT NULL THEN
        SELECT e.xact INTO v_after FROM messaging.events AS e WHERE e.id = read_log.after_event_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'cursor_invalid',
                MESSAGE = 'This cursor does not belong to this list.',
                HINT = 'Send the next_cursor of the previous page, unchanged.';
        END IF;
    END IF;
    RETURN QUERY
        SELECT e.* FROM messaging.events AS e
        WHERE (e.xact, e.id) > (v_after, coalesce(read_log.after_event_id, '00000000-0000-0000-0000-000000000000'))
          AND e.xact < pg_snapshot_xmin(pg_current_snapshot())
        ORDER BY e.xact, e.id
        LIMIT read_log."limit";
END $$;

GRANT EXECUTE ON FUNCTION messaging.read_log TO store_api;
