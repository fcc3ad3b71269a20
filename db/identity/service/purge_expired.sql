-- One round of deleting what has served its time. Answers how many rows went; the worker goes on until it is 0. A
-- signing key that is old is followed by a new one.
-- Callers:   the worker.
-- Errors:    forbidden 403.
CREATE FUNCTION api.purge_expired()
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    PERFORM identity.renew_signing_key();
    RETURN identity.purge_expired() + identity.retire_signing_keys();
END $$;

COMMENT ON FUNCTION api.purge_expired IS
'Delete what has expired

For the worker: sessions, counted log-in attempts and idempotency keys, a batch of each; signing keys whose tokens have
expired. The key that signs is replaced when it is 90 days old.';

GRANT EXECUTE ON FUNCTION api.purge_expired TO app_worker;
