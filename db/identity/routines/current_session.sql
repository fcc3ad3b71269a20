-- The caller's session, as identity.authenticate() set it; NULL without a signed-in caller.
-- Callers:   change_password, close_session, confirm_session, require_fresh.
CREATE OR REPLACE FUNCTION identity.current_session()
RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('app.session', true), '')::uuid;

GRANT EXECUTE ON FUNCTION identity.current_session TO store_api;
