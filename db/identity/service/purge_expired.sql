-- Deletes a batch of expired rows, and replaces an old signing key. Returns the number of rows; the worker repeats this
-- until it is 0.
-- Callers:   the worker.
-- Errors:    forbidden 403.
CREATE FUNCTION api.purge_expired()
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    PERFORM identity.renew_signing_key();
    RETURN identity.purge_expired() + identity.purge_exports() + identity.retire_signing_keys()
        + audit.purge_security_events();
END $$;

COMMENT ON FUNCTION api.purge_expired IS
'Delete what has expired

For the worker: sessions, counted log-in attempts, idempotency keys and exports, a batch of each, signing keys whose
tokens have expired, and security events after their retention. The key that signs is replaced when it is 90 days old.';

GRANT EXECUTE ON FUNCTION api.purge_expired TO app_worker;
