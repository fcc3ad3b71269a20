-- The next part of an order's stream: the events after a given one, in the order of the log, and the last event up to
-- which that order is final. The stream continues from that event: an event that commits late but belongs before others
-- is in the next part.
-- Errors: order_not_found 404, event_not_found 422.
CREATE TYPE api.order_stream AS (data api.order_event[], final_id uuid);

CREATE FUNCTION api.stream_order(order_id uuid, last_event_id uuid DEFAULT NULL)
RETURNS api.order_stream
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_after xid8 := '0';
    v_rows  api.order_event[];
    v_final uuid;
BEGIN
    PERFORM api.require_own_order(stream_order.order_id, v_actor);
    IF stream_order.last_event_id IS NOT NULL THEN
        SELECT e.xact INTO v_after
        FROM messaging.events AS e
        WHERE e.id = stream_order.last_event_id AND e.order_id = stream_order.order_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'event_not_found',
                MESSAGE = 'This order has no event with this id.',
                HINT = 'Leave Last-Event-ID out to start at the beginning.';
        END IF;
    END IF;
    SELECT array_agg(ROW(e.id, e.type, e.data, e.actor_id, e.created_at)::api.order_event ORDER BY e.xact, e.id),
           (array_agg(e.id ORDER BY e.xact DESC, e.id DESC)
                FILTER (WHERE e.xact < pg_snapshot_xmin(pg_current_snapshot())))[1]
    INTO v_rows, v_final
    FROM (
        SELECT f.* FROM messaging.events AS f
        WHERE f.order_id = stream_order.order_id
          AND (f.xact, f.id) > (v_after, coalesce(stream_order.last_event_id, '00000000-0000-0000-0000-000000000000'))
        ORDER BY f.xact, f.id LIMIT 100
    ) AS e;
    RETURN ROW(coalesce(v_rows, '{}'), coalesce(v_final, stream_order.last_event_id))::api.order_stream;
END $$;

COMMENT ON FUNCTION api.stream_order IS
'Follow an order

Server-sent events: `id`, `event` (the type) and `data` (as in the timeline), from the beginning or after the event in
`Last-Event-ID`, which can also be sent as `last_event_id`. A comment every 15 seconds keeps the connection alive. The
stream ends when its access token expires: connect again with a new one. An account can have ten streams at a time.
After a reconnection an event may be repeated, with the same `data.id`.';

GRANT EXECUTE ON FUNCTION api.stream_order TO app_guest;
