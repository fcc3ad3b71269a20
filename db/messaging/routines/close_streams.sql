-- Removes streams that have ended.
-- Callers:   api.close_streams.
-- Locks:     the streams.
-- Definer:   no other code may touch the list.
CREATE OR REPLACE FUNCTION messaging.close_streams(streams uuid[])
RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    DELETE FROM messaging.streams AS s WHERE s.id = ANY (close_streams.streams);
END;

GRANT EXECUTE ON FUNCTION messaging.close_streams TO store_api;
