-- Takes an outside identity provider's word from now on. To take it back: DELETE FROM identity.outside_issuers.
-- Callers:   `storeproc migrate` and `up`, over the administrator's connection. Not granted to any web role: what a web
--            tier that is not ours any more could say of a made-up provider is worth nothing.
CREATE OR REPLACE FUNCTION identity.trust_issuer(issuer text)
RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO identity.outside_issuers (issuer) VALUES (trust_issuer.issuer) ON CONFLICT (issuer) DO NOTHING;
END;
