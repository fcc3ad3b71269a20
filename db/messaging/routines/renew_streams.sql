-- These streams are still open: a minute more for each.
-- Called by: api.renew_streams.
-- Definer:   nobody else may touch the list.
CREATE OR REPLACE FUNCTION messaging.renew_streams(streams uuid[])
RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    UPDATE messaging.streams AS s SET until = now() + interval '1 minute' WHERE s.id = ANY (renew_streams.streams);
END;

GRANT EXECUTE ON FUNCTION messaging.renew_streams TO store_api;
