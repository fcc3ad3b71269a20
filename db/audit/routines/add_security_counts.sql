-- Adds {kind: number} to the counters of security events that /metrics shows.
-- Callers:   record_refusals, count_security_events.
-- Locks:     the counters, in the order of their names.
CREATE OR REPLACE FUNCTION audit.add_security_counts(counts jsonb)
RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    SELECT monitor.add_counts(jsonb_agg(jsonb_build_object(
        'name', 'security_events_total', 'labels', jsonb_build_object('kind', c.key), 'value', c.value)))
    FROM jsonb_each(add_security_counts.counts) AS c
    HAVING count(*) > 0
$$;
