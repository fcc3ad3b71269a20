-- Whether the caller works for the shop or is one of its services: sees every customer's rows. For policies: (SELECT
-- identity.is_staff()).
-- Callers:   row security, and the functions that show more to staff.
CREATE OR REPLACE FUNCTION identity.is_staff()
RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(current_setting('app.audience', true), '') IN ('support', 'admin', 'gateway', 'worker');

GRANT EXECUTE ON FUNCTION identity.is_staff TO store_api;
