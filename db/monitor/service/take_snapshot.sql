-- Adds the worker's counts, then does the monitoring task that is due. Returns the task; the worker repeats this until
-- it is null.
-- Callers:   the worker.
CREATE FUNCTION api.take_snapshot(counts jsonb DEFAULT '[]')
RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    PERFORM monitor.add_counts(take_snapshot.counts);
    RETURN monitor.take_snapshot();
END $$;

COMMENT ON FUNCTION api.take_snapshot IS
'Take a snapshot for monitoring

For the worker. Adds its counts, then does the task that is due: statistics, sizes or figures.';

GRANT EXECUTE ON FUNCTION api.take_snapshot TO app_worker;
