-- Accepts tokens of an outside identity provider from now on; `sets_roles`: they may also say which role an account has
-- (OIDC_ROLE_CLAIM). To stop trusting it: DELETE FROM identity.outside_issuers.
-- Callers:   `storeproc migrate` and `up`, over the administrator's connection. Not granted to any web role, so that a
--            compromised web tier cannot add a provider of its own.
-- Locks:     the provider's row, if it changes.
CREATE OR REPLACE FUNCTION identity.trust_issuer(issuer text, sets_roles boolean DEFAULT false)
RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO identity.outside_issuers AS i (issuer, sets_roles)
    VALUES (trust_issuer.issuer, trust_issuer.sets_roles)
    ON CONFLICT (issuer) DO UPDATE SET sets_roles = excluded.sets_roles WHERE i.sets_roles <> excluded.sets_roles;
END;
