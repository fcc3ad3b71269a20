-- The shop's commission on the amount of a line, in minor units, half a unit rounded up.
-- Callers:   list_line_shares.
CREATE OR REPLACE FUNCTION sales.commission_of(amount bigint, basis_points integer)
RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN div(commission_of.amount::numeric * commission_of.basis_points + 5000, 10000)::bigint;

GRANT EXECUTE ON FUNCTION sales.commission_of TO store_api;
