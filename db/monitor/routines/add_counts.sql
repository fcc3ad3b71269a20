-- Adds counts from a worker: [{"name": …, "labels": {…}, "value": the increase}].
-- Callers:   api.take_snapshot.
-- Locks:     the counters, in the order of their names, so that two workers cannot deadlock.
-- Definer:   no other code may write the counters.
CREATE OR REPLACE FUNCTION monitor.add_counts(counts jsonb)
RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO monitor.counters AS k (name, labels, value)
    SELECT c.name, c.labels, sum(c.value)
    FROM jsonb_to_recordset(add_counts.counts) AS c (name text, labels jsonb, value double precision)
    WHERE c.value > 0
    GROUP BY c.name, c.labels ORDER BY c.name, c.labels
    ON CONFLICT (name, labels) DO UPDATE SET value = k.value + excluded.value;
END;

GRANT EXECUTE ON FUNCTION monitor.add_counts TO store_api;
