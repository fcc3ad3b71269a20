-- The caller's audience (customer, merchant, support, admin, gateway, worker), as authentication set it; '' without an
-- authenticated caller.
-- Callers:   row security and the views of report.
CREATE OR REPLACE FUNCTION identity.current_audience()
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(current_setting('app.audience', true), '');

GRANT EXECUTE ON FUNCTION identity.current_audience TO store_api;
