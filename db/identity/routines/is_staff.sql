-- Whether the caller is staff or one of the shop's services, who see the rows of all customers. Policies use it as
-- (SELECT identity.is_staff()).
-- Callers:   row security, and the functions that show more to staff.
CREATE OR REPLACE FUNCTION identity.is_staff()
RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(current_setting('app.audience', true), '') IN ('support', 'admin', 'gateway', 'worker');

GRANT EXECUTE ON FUNCTION identity.is_staff TO store_api;
