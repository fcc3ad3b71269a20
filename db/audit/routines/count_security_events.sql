-- Adds the security events since the last call to the counters that /metrics shows. Events of the last 15 seconds are
-- left for the next call: a request runs for up to ten, and ids are in the order of the writing, not of the commits.
-- Callers:   monitor.take_snapshot.
-- Locks:     audit.security_events_counted, then the counters.
CREATE OR REPLACE FUNCTION audit.count_security_events()
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_to   CONSTANT uuid := uuidv7(interval '-15 seconds');
    v_from uuid;
BEGIN
    SELECT c.id INTO STRICT v_from FROM audit.security_events_counted AS c FOR NO KEY UPDATE;
    IF v_from >= v_to THEN
        RETURN;
    END IF;
    PERFORM audit.add_security_counts((
        SELECT jsonb_object_agg(k.kind, k.occurrences)
        FROM (SELECT e.kind, sum(e.occurrences) AS occurrences
              FROM audit.security_events AS e
              WHERE e.id > v_from AND e.id <= v_to
              GROUP BY e.kind) AS k));
    UPDATE audit.security_events_counted SET id = v_to;
END $$;
