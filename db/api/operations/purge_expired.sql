-- One round of deleting what has served its time. Answers how many rows went; the worker goes on until it is 0.
-- Errors: forbidden 403.
CREATE FUNCTION api.purge_expired()
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    RETURN identity.purge_expired();
END $$;

COMMENT ON FUNCTION api.purge_expired IS
'Delete what has expired

For the worker: sessions, counted log-in attempts and idempotency keys, a batch of each.';

GRANT EXECUTE ON FUNCTION api.purge_expired TO app_worker;
