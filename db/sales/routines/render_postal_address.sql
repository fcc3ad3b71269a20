-- A stored address as a client reads it; what was erased of it is null. Inlined into the queries that render orders, as
-- render_item is. Not an endpoint.
-- Callers:   api.render_order, api.render_orders.
CREATE FUNCTION api.render_postal_address(address jsonb)
RETURNS api.postal_address
LANGUAGE sql IMMUTABLE
RETURN CASE WHEN address IS NOT NULL THEN ROW(
    address ->> 'name', address ->> 'line1', address ->> 'line2', address ->> 'city', address ->> 'region',
    address ->> 'region_name', address ->> 'postal_code', address ->> 'country', address ->> 'phone'
)::api.postal_address END;
