-- Removes the signing keys whose last token has expired. Returns the number of keys.
-- Callers:   api.purge_expired (the worker), `storeproc keys retire`.
-- Locks:     the keys it removes.
-- Definer:   no other code may delete these.
CREATE OR REPLACE FUNCTION identity.retire_signing_keys()
RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH gone AS (
        DELETE FROM identity.signing_keys AS k WHERE k.retired_at <= now() - identity.longest_token_life() RETURNING 1
    )
    SELECT count(*) FROM gone
$$;

GRANT EXECUTE ON FUNCTION identity.retire_signing_keys TO store_api;
