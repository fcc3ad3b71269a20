-- The signed-in account, as identity.authenticate() set it; NULL without a signed-in caller. Policies read it as
-- (SELECT identity.current_actor()), once per query. Without SET, so that it can be inlined.
-- Callers:   row security, and the functions that record who acts.
CREATE OR REPLACE FUNCTION identity.current_actor()
RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('app.actor', true), '')::uuid;

GRANT EXECUTE ON FUNCTION identity.current_actor TO store_api;
