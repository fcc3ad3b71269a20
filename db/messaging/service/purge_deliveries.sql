-- One round of deleting deliveries of more than a month ago. Answers how many went; the worker goes on until it is
-- fewer than 1,000.
CREATE FUNCTION api.purge_deliveries()
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    RETURN messaging.purge_deliveries();
END $$;

COMMENT ON FUNCTION api.purge_deliveries IS
'Delete old deliveries

For the worker: a batch of what is a month old.';

GRANT EXECUTE ON FUNCTION api.purge_deliveries TO app_worker;
