-- Whether one of the patterns is the type: order.paid itself, order.*, or * for all. Without SET, so that it inlines
-- where events are joined.
CREATE OR REPLACE FUNCTION messaging.wants_event(patterns text[], type text)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN type = ANY (patterns) OR '*' = ANY (patterns) OR split_part(type, '.', 1) || '.*' = ANY (patterns);

GRANT EXECUTE ON FUNCTION messaging.wants_event TO store_api;
