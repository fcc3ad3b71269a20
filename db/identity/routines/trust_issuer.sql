-- Accepts tokens of an outside identity provider from now on. To stop trusting it: DELETE FROM
-- identity.outside_issuers.
-- Callers:   `storeproc migrate` and `up`, over the administrator's connection. Not granted to any web role, so that a
--            compromised web tier cannot add a provider of its own.
-- Locks:     none: it only inserts.
CREATE OR REPLACE FUNCTION identity.trust_issuer(issuer text)
RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO identity.outside_issuers (issuer) VALUES (trust_issuer.issuer) ON CONFLICT (issuer) DO NOTHING;
END;
