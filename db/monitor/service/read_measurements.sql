-- What the database has to say in /metrics. Cheap: it reads the queue, statistics, and what the worker has prepared.
CREATE TYPE api.measurement AS (name text, labels jsonb, value double precision);

CREATE FUNCTION api.read_measurements()
RETURNS api.measurement[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    RETURN ARRAY(SELECT ROW(m.name, m.labels, m.value)::api.measurement
                 FROM monitor.read_measurements() AS m
                 ORDER BY m.name, m.labels);
END $$;

COMMENT ON FUNCTION api.read_measurements IS
'Read what the database measures

For /metrics: the queue, locks, sizes, replication, the shop in figures, the books, and what workers counted.';

GRANT EXECUTE ON FUNCTION api.read_measurements TO app_worker;
