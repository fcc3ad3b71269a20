-- The kind of security event that a refusal is.
-- Callers:   record_refusals.
CREATE OR REPLACE FUNCTION audit.refusal_kind(operation text, code text, status integer)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
RETURN CASE WHEN refusal_kind.status = 429 THEN 'throttled'
            -- A suspended account is named only after the right password, which is a failed log-in nevertheless.
            WHEN refusal_kind.operation = 'create_session' OR refusal_kind.code IN ('password_wrong', 'code_invalid')
            THEN 'log_in_failed'
            WHEN refusal_kind.status = 401 THEN 'token_refused'
            ELSE 'access_refused' END;
