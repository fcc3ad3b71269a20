-- The signing keys without their secrets: which one signs, which still verify and until when. Newest first.
-- Callers:   `storeproc keys`, over the administrator's connection. Not granted to any web role.
-- Definer:   reads signing keys.
CREATE OR REPLACE FUNCTION identity.list_signing_keys()
RETURNS TABLE (kid text, state text, created_at timestamptz, retired_at timestamptz, verifies_until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT k.kid,
           CASE WHEN k.retired_at IS NULL THEN 'signs'
                WHEN k.retired_at > now() - identity.longest_token_life() THEN 'verifies'
                ELSE 'expired' END,
           k.created_at, k.retired_at, k.retired_at + identity.longest_token_life()
    FROM identity.signing_keys AS k
    ORDER BY k.retired_at IS NULL DESC, k.created_at DESC, k.kid
$$;
