-- Removes streams that the calling web process served and that have ended.
-- Callers:   the web tier.
CREATE FUNCTION api.close_streams(streams uuid[])
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('gateway');
    PERFORM messaging.close_streams(close_streams.streams);
END $$;

COMMENT ON FUNCTION api.close_streams IS
'End streams

For the web tier. They no longer count.';

GRANT EXECUTE ON FUNCTION api.close_streams TO app_gateway;
