-- Turns the next events of the log into deliveries, up to 500 events per call. Returns the number of events looked at;
-- call again while it is 500.
-- Callers:   the web tier.
-- Locks:     the row of the progress; another worker that holds it is not waited for.
CREATE FUNCTION api.fan_out_events()
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    RETURN messaging.fan_out_events(500);
END $$;

COMMENT ON FUNCTION api.fan_out_events IS
'Create deliveries from events

For the worker.';

GRANT EXECUTE ON FUNCTION api.fan_out_events TO app_worker;
