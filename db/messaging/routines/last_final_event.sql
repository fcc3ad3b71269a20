-- The newest event that no running transaction can precede; NULL for an empty log. Later events are new to a reader
-- that starts now.
-- Callers:   api.create_webhook_endpoint, api.list_events.
-- Definer:   returns an id, no row, of a log that the caller may not read.
CREATE OR REPLACE FUNCTION messaging.last_final_event()
RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT e.id FROM messaging.events AS e
    WHERE e.xact < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY e.xact DESC, e.id DESC LIMIT 1;
END;

GRANT EXECUTE ON FUNCTION messaging.last_final_event TO store_api;
