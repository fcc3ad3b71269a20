-- Whether one of the patterns is the type: order.paid itself, order.*, or * for all.
CREATE OR REPLACE FUNCTION messaging.wants_event(patterns text[], type text)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
RETURN wants_event.type = ANY (wants_event.patterns) OR '*' = ANY (wants_event.patterns)
       OR split_part(wants_event.type, '.', 1) || '.*' = ANY (wants_event.patterns);

GRANT EXECUTE ON FUNCTION messaging.wants_event TO store_api;
