-- Extends the leases of the streams that the calling web process serves.
-- Callers:   the web tier.
CREATE FUNCTION api.renew_streams(streams uuid[])
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('gateway');
    PERFORM messaging.renew_streams(renew_streams.streams);
END $$;

COMMENT ON FUNCTION api.renew_streams IS
'Keep streams open

For the web tier. Extends each lease by a minute.';

GRANT EXECUTE ON FUNCTION api.renew_streams TO app_gateway;
