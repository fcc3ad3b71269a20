-- The API key that a refusal concerns, whether or not it is still valid; NULL for any other token.
-- Callers:   record_refusals, refused_account. Not granted to store_api.
-- Definer:   reads API keys; there is no signed-in caller.
-- Plans:     always generic: auto_explain would write a token that is part of a plan to the log.
CREATE OR REPLACE FUNCTION audit.refused_key(token text)
RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
BEGIN ATOMIC
    SELECT k.id FROM identity.api_keys AS k WHERE k.key_hash = sha256(convert_to(refused_key.token, 'UTF8'));
END;
