-- Deletes a batch of deliveries older than a month. Returns the number of deliveries; the worker repeats this while it
-- is 1,000.
-- Callers:   the worker.
CREATE FUNCTION api.purge_deliveries()
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    RETURN messaging.purge_deliveries();
END $$;

COMMENT ON FUNCTION api.purge_deliveries IS
'Delete old deliveries

For the worker. One batch of deliveries older than a month.';

GRANT EXECUTE ON FUNCTION api.purge_deliveries TO app_worker;
