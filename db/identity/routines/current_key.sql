-- The API key of the caller, as authenticate_key() set it; NULL for a caller with a session, and without one. A session
-- may have set app.key itself, so it counts only where authentication left app.session empty.
-- Callers:   require_fresh, require_session, api.claim_idempotency_key. The columns api_key_id of the audit have the
--            same expression as their default.
CREATE OR REPLACE FUNCTION identity.current_key()
RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN coalesce(current_setting('app.session', true), '') = '' AND current_setting('app.actor', true) <> ''
            THEN nullif(current_setting('app.key', true), '')::uuid END;

GRANT EXECUTE ON FUNCTION identity.current_key TO store_api;
