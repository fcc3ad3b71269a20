-- The database's values for /metrics. Cheap: it reads the queue, statistics, and figures that the worker has prepared.
-- Callers:   the web tier.
CREATE TYPE api.measurement AS (name text, labels jsonb, value double precision);

CREATE FUNCTION api.read_measurements()
RETURNS api.measurement[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('gateway');
    RETURN ARRAY(SELECT ROW(m.name, m.labels, m.value)::api.measurement
                 FROM monitor.read_measurements() AS m
                 ORDER BY m.name, m.labels);
END $$;

COMMENT ON FUNCTION api.read_measurements IS
'Read the database''s measurements

For /metrics: the queue, locks, sizes, replication, the shop''s figures, the invariants, and the counts of the
workers.';

GRANT EXECUTE ON FUNCTION api.read_measurements TO app_gateway;
