-- End streams: what a web process says of the streams that it serves.
CREATE FUNCTION api.close_streams(streams uuid[])
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('gateway');
    PERFORM messaging.close_streams(close_streams.streams);
END $$;

COMMENT ON FUNCTION api.close_streams IS
'End streams

For the web tier: they count no more.';

GRANT EXECUTE ON FUNCTION api.close_streams TO app_gateway;
