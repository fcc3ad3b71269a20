-- Extends the lease of open streams by a minute.
-- Callers:   api.renew_streams.
-- Locks:     the streams.
-- Definer:   no other code may touch the list.
CREATE OR REPLACE FUNCTION messaging.renew_streams(streams uuid[])
RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    UPDATE messaging.streams AS s SET until = now() + interval '1 minute' WHERE s.id = ANY (renew_streams.streams);
END;

GRANT EXECUTE ON FUNCTION messaging.renew_streams TO store_api;
