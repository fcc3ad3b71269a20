-- Rotates the signing key when it is older than 90 days. Clients do not notice: tokens of the previous key are valid
-- until they expire.
-- Callers:   api.purge_expired (the worker).
-- Locks:     those of add_signing_key; none while the key is younger.
-- Definer:   reads signing keys.
CREATE OR REPLACE FUNCTION identity.renew_signing_key()
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM identity.signing_keys AS k
               WHERE k.retired_at IS NULL AND k.created_at < now() - interval '90 days') THEN
        PERFORM identity.add_signing_key();
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION identity.renew_signing_key TO store_api;
