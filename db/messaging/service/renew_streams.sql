-- Keep streams open: what a web process says of the streams that it serves.
CREATE FUNCTION api.renew_streams(streams uuid[])
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('gateway');
    PERFORM messaging.renew_streams(renew_streams.streams);
END $$;

COMMENT ON FUNCTION api.renew_streams IS
'Keep streams open

For the web tier: a minute more for each.';

GRANT EXECUTE ON FUNCTION api.renew_streams TO app_gateway;
