-- Turns what the log says next into deliveries, up to 500 events at a time. Answers how many were looked at; call again
-- while there are 500.
-- Locks: the progress; another worker that is at it is left to it.
CREATE FUNCTION api.fan_out_events()
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    RETURN messaging.fan_out_events(500);
END $$;

COMMENT ON FUNCTION api.fan_out_events IS
'Make deliveries of events

For the worker.';

GRANT EXECUTE ON FUNCTION api.fan_out_events TO app_worker;
