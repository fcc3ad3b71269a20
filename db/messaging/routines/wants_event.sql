-- Whether one of the patterns matches the type: order.paid itself, order.*, or * for all. Without SET, so that it can
-- be inlined where events are joined.
-- Callers:   api.list_events, fan_out_events.
CREATE OR REPLACE FUNCTION messaging.wants_event(patterns text[], type text)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN type = ANY (patterns) OR '*' = ANY (patterns) OR split_part(type, '.', 1) || '.*' = ANY (patterns);

GRANT EXECUTE ON FUNCTION messaging.wants_event TO store_api;
