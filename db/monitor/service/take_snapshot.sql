-- One round of monitoring: takes what the worker counted, then does what is due. Answers which; the worker goes on
-- until it is null.
CREATE FUNCTION api.take_snapshot(counts jsonb DEFAULT '[]')
RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    PERFORM monitor.add_counts(take_snapshot.counts);
    RETURN monitor.take_snapshot();
END $$;

COMMENT ON FUNCTION api.take_snapshot IS
'Keep what monitoring looks at

For the worker: adds its counts, then makes the round that is due: statistics, sizes or figures.';

GRANT EXECUTE ON FUNCTION api.take_snapshot TO app_worker;
