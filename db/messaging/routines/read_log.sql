-- The event log after an event (NULL: from its beginning), in its final order: only what no running transaction can
-- come before. A reader that goes on from the last event it got misses nothing, however late a transaction commits; it
-- waits as long as the oldest transaction runs.
-- Called by: fan_out_events, api.list_events. STABLE, so that the horizon and the rows are of one snapshot.
-- Errors:    cursor_invalid 422.
-- Definer:   whoever may read the log is decided by the caller.
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
                MESSAGE = 'This cursor is not one of this list''s.',
                HINT = 'Send the next_cursor of the page before, unchanged.';
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
