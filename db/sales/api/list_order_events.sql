-- The timeline of one of the caller's own orders, oldest first.
-- Errors: order_not_found 404, cursor_invalid 422.
CREATE FUNCTION api.list_order_events(
    order_id uuid, "limit" api.page_limit DEFAULT 50, cursor api.page_cursor DEFAULT NULL
)
RETURNS api.order_event_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_after CONSTANT uuid := messaging.cursor_from(list_order_events.cursor);
    v_rows  api.order_event[];
BEGIN
    IF NOT EXISTS (SELECT FROM sales.orders AS o
                   WHERE o.id = list_order_events.order_id AND o.account_id = v_actor) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'order_not_found', MESSAGE = 'There is no such order.';
    END IF;
    SELECT array_agg(ROW(e.id, e.type, e.data, e.actor_id, e.created_at)::api.order_event ORDER BY e.id) INTO v_rows
    FROM (
        SELECT * FROM messaging.events AS f
        WHERE f.order_id = list_order_events.order_id AND f.id > v_after
        ORDER BY f.id LIMIT list_order_events."limit" + 1
    ) AS e;
    RETURN ROW(coalesce(v_rows[1:list_order_events."limit"], '{}'),
               CASE WHEN cardinality(v_rows) > list_order_events."limit"
                    THEN messaging.encode_cursor(
                        jsonb_build_object('id', (v_rows[list_order_events."limit"]).id)
                    ) END)::api.order_event_page;
END $$;

COMMENT ON FUNCTION api.list_order_events IS
'The timeline of an order

What happened when, oldest first.';

GRANT EXECUTE ON FUNCTION api.list_order_events TO app_guest;
