-- Turns the next events of the log into deliveries, one for each endpoint that wants them, so that recording an event
-- costs nothing for its listeners. An admin's endpoint receives everything. A merchant's endpoint receives events about
-- their own products, stock and payouts, and about orders, refunds, shipments and returns that contain their lines: the
-- ids and those lines as they are now (api.sale_payload); nothing about the buyer, other merchants or the payment. The
-- registry (messaging.event_types) says the same; a test compares them. Every body names the order with its number, so
-- that the routines which record events need not look it up.
-- Callers:   api.fan_out_events.
-- Returns:   the number of events looked at; 0 also while another worker does this.
-- Locks:     the row of the progress; other workers do not wait for it.
-- Definer:   reads every merchant's endpoints and lines.
CREATE OR REPLACE FUNCTION messaging.fan_out_events("limit" integer)
RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_progress messaging.webhook_progress;
    v_events   messaging.events[];
    v_last     uuid;
BEGIN
    -- An idle worker calls this every second, so the first check takes no lock, which would be a write.
    IF NOT EXISTS (
        SELECT FROM messaging.webhook_progress AS p
        WHERE p.last_event_id IS DISTINCT FROM (SELECT e.id
                                                FROM messaging.events AS e
                                                ORDER BY e.xact DESC, e.id DESC LIMIT 1))
    THEN
        RETURN 0;
    END IF;
    SELECT * INTO v_progress FROM messaging.webhook_progress AS p FOR UPDATE SKIP LOCKED LIMIT 1;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    IF EXISTS (
        SELECT FROM messaging.events AS e
        WHERE e.xact >= pg_snapshot_xmax(pg_current_snapshot())
          AND e.xact IS DISTINCT FROM pg_current_xact_id_if_assigned())
    THEN
        PERFORM messaging.adopt_log();
    END IF;
    SELECT array_agg(e ORDER BY e.xact, e.id) INTO v_events
    FROM messaging.read_log(v_progress.last_event_id, fan_out_events."limit") AS e;
    IF v_events IS NULL THEN
        RETURN 0;
    END IF;
    v_last := (v_events[cardinality(v_events)]).id;

    INSERT INTO messaging.webhook_deliveries (endpoint_id, event_id, type, body)
    WITH new_events AS MATERIALIZED (
        SELECT e.*, split_part(e.type, '.', 1) AS subject FROM unnest(v_events) AS e
    ), endpoints AS MATERIALIZED (
        SELECT w.id, w.account_id, w.types, a.role, coalesce(l.xact, '0') AS after_xact,
               coalesce(l.id, '00000000-0000-0000-0000-000000000000') AS after_id
        FROM messaging.webhook_endpoints AS w
        JOIN identity.accounts AS a ON a.id = w.account_id AND a.status = 'active'
        LEFT JOIN messaging.events AS l ON l.id = w.after_event_id
        WHERE w.status = 'enabled'
    ), told (endpoint_id, after_xact, after_id, event_id, xact, type, created_at, data) AS (
        SELECT w.id, w.after_xact, w.after_id, e.id, e.xact, e.type, e.created_at,
               jsonb_build_object('order_id', e.order_id, 'order_number', o.number::text, 'account_id', e.account_id)
               || messaging.public_data(e.data)
        FROM new_events AS e
        JOIN endpoints AS w ON w.role = 'admin' AND messaging.wants_event(w.types, e.type)
        LEFT JOIN sales.orders AS o ON o.id = e.order_id
        UNION ALL
        SELECT w.id, w.after_xact, w.after_id, e.id, e.xact, e.type, e.created_at,
               jsonb_build_object('order_id', NULL, 'order_number', NULL, 'account_id', e.account_id)
               || messaging.public_data(e.data)
        FROM new_events AS e
        JOIN endpoints AS w
            ON w.role = 'merchant' AND w.account_id = e.account_id AND messaging.wants_event(w.types, e.type)
        WHERE e.order_id IS NULL AND e.subject IN ('product', 'bundle', 'stock', 'payout', 'webhook_endpoint')
        UNION ALL
        SELECT w.id, w.after_xact, w.after_id, e.id, e.xact, e.type, e.created_at,
               jsonb_build_object(
                   'order_id', e.order_id, 'order_number', o.number::text, 'currency', o.currency,
                   'refund_id', e.data -> 'refund_id', 'shipment_id', e.data -> 'shipment_id',
                   'return_id', e.data -> 'return_id', 'items', jsonb_agg(jsonb_build_object(
                   'id', i.id, 'product_id', i.product_id, 'sku', i.sku, 'quantity', i.quantity,
                   'total', i.total) ORDER BY i.id))
        FROM new_events AS e
        JOIN sales.orders AS o ON o.id = e.order_id
        JOIN sales.order_items AS i ON i.order_id = e.order_id
        JOIN endpoints AS w
            ON w.role = 'merchant' AND w.account_id = i.merchant_id AND messaging.wants_event(w.types, e.type)
        WHERE e.subject IN ('order', 'refund', 'shipment', 'return') AND e.type <> 'order.item_removed'
        GROUP BY w.id, w.after_xact, w.after_id, e.id, e.xact, e.type, e.created_at, e.order_id, e.data, o.currency,
                 o.number
        UNION ALL
        -- The line is gone; its merchant is that of the product.
        SELECT w.id, w.after_xact, w.after_id, e.id, e.xact, e.type, e.created_at,
               jsonb_build_object(
                   'order_id', e.order_id, 'order_number', o.number::text, 'currency', o.currency,
                   'refund_id', NULL, 'shipment_id', NULL, 'return_id', NULL,
                   'items', jsonb_build_array(jsonb_build_object(
                       'id', NULL, 'product_id', p.id, 'sku', p.sku, 'quantity', e.data -> 'quantity', 'total', NULL)))
        FROM new_events AS e
        JOIN sales.orders AS o ON o.id = e.order_id
        JOIN catalog.products AS p ON p.id = (e.data ->> 'product_id')::uuid
        JOIN endpoints AS w
            ON w.role = 'merchant' AND w.account_id = p.merchant_id AND messaging.wants_event(w.types, e.type)
        WHERE e.type = 'order.item_removed'
    )
    SELECT t.endpoint_id, t.event_id, t.type,
           json_build_object('id', t.event_id, 'type', t.type, 'timestamp', t.created_at, 'data', t.data)::text
    FROM told AS t
    WHERE (t.xact, t.event_id) > (t.after_xact, t.after_id)
    ORDER BY t.xact, t.event_id
    ON CONFLICT ON CONSTRAINT webhook_delivery_twice DO NOTHING;

    UPDATE messaging.webhook_progress SET last_event_id = v_last;
    RETURN cardinality(v_events);
END $$;

GRANT EXECUTE ON FUNCTION messaging.fan_out_events TO store_api;
