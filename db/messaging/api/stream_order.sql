-- What a stream of an order sends next: its events after one that was sent, in the log's order, and up to which of them
-- that order is final. A stream goes on from there: what commits late and belongs before is in the next answer.
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
                MESSAGE = 'This order has no such event to go on from.',
                HINT = 'Leave Last-Event-ID out to begin at the beginning.';
        END IF;
    END IF;
    SELECT array_agg(ROW(e.id, e.type, e.data, e.actor_id, e.created_at)::api.order_event ORDER BY e.xact, e.id),
           (array_agg(e.id ORDER BY e.xact DESC, e.id DESC) FILTER (WHERE e.xact < pg_snapshot_xmin(pg_current_snapshot())))[1]
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

Server-sent events: `id`, `event` (the type) and `data` (as in the timeline), from the beginning or after the event of
`Last-Event-ID`, which can be sent as `last_event_id` as well. A comment every 15 seconds keeps the connection alive.
The stream ends with its access token: connect again with a new one. Ten at a time for an account. An event may come
again after a reconnection: its `data.id` is the same.';

GRANT EXECUTE ON FUNCTION api.stream_order TO app_customer;
