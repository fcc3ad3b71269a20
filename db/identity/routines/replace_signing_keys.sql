-- For a key that has leaked: adds a new one and removes all others, so that no token signed before is valid any more.
-- Refresh tokens are random and not signed: clients get a new access token with theirs. Returns the new kid.
-- Callers:   `storeproc keys rotate --revoke`, over the administrator's connection. Not granted to any web role.
-- Locks:     those of add_signing_key.
CREATE OR REPLACE FUNCTION identity.replace_signing_keys()
RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_kid CONSTANT text := identity.add_signing_key();
BEGIN
    DELETE FROM identity.signing_keys AS k WHERE k.kid <> v_kid;
    RETURN v_kid;
END $$;
