-- Turns what the log says next into deliveries, one for each endpoint that wants it. Who records an event pays nothing for its listeners.
-- An admin's endpoint is told everything. A merchant's is told of their own products, stock and payouts, and of orders, refunds, shipments and
-- returns with lines of theirs: the ids, and those lines as they are now; nothing of the buyer, of other merchants, of the payment.
-- Called by: api.fan_out_events.
-- Returns:   how many events were looked at; 0 as well when another worker is at it.
-- Locks:     the progress, which is the right to go on; others do not wait for it.
-- Definer:   reads every merchant's endpoints and lines.
CREATE OR REPLACE FUNCTION messaging.fan_out_events("limit" integer)
RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_progress messaging.webhook_progress;
    v_events   messaging.events[];
    v_last     uuid;
BEGIN
    SELECT * INTO v_progress FROM messaging.webhook_progress AS p FOR UPDATE SKIP LOCKED LIMIT 1;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    IF EXISTS (
        SELECT FROM messaging.events AS e
        WHERE e.xact >= pg_snapshot_xmax(pg_current_snapshot()) AND e.xact IS DISTINCT FROM pg_current_xact_id_if_assigned())
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
    ), told (event_id, account_id, role, data) AS (
        SELECT e.id, NULL::uuid, 'admin', messaging.public_data(e.data)
                   || jsonb_strip_nulls(jsonb_build_object('order_id', e.order_id, 'account_id', e.account_id))
        FROM new_events AS e
        UNION ALL
        SELECT e.id, e.account_id, 'merchant', messaging.public_data(e.data)
        FROM new_events AS e
        WHERE e.order_id IS NULL AND e.subject IN ('product', 'bundle', 'stock', 'payout', 'webhook_endpoint')
        UNION ALL
        SELECT e.id, i.merchant_id, 'merchant',
               jsonb_strip_nulls(jsonb_build_object(
                   'order_id', e.order_id, 'refund_id', e.data -> 'refund_id', 'shipment_id', e.data -> 'shipment_id', 'return_id', e.data -> 'return_id',
                   'currency', o.currency))
               || jsonb_build_object('items', jsonb_agg(jsonb_build_object(
                   'id', i.id, 'product_id', i.product_id, 'sku', i.sku, 'quantity', i.quantity, 'total', i.total) ORDER BY i.id))
        FROM new_events AS e
        JOIN sales.orders AS o ON o.id = e.order_id
        JOIN sales.order_items AS i ON i.order_id = e.order_id
        WHERE e.subject IN ('order', 'refund', 'shipment', 'return') AND e.type <> 'order.item_removed'
        GROUP BY e.id, e.order_id, e.data, o.currency, i.merchant_id
        UNION ALL
        -- The line is gone; whose it was says the product.
        SELECT e.id, p.merchant_id, 'merchant', messaging.public_data(e.data) || jsonb_build_object('order_id', e.order_id)
        FROM new_events AS e JOIN catalog.products AS p ON p.id = (e.data ->> 'product_id')::uuid
        WHERE e.type = 'order.item_removed'
    )
    SELECT w.id, e.id, e.type, json_build_object('id', e.id, 'type', e.type, 'created_at', e.created_at, 'data', t.data)::text
    FROM messaging.webhook_endpoints AS w
    JOIN identity.accounts AS a ON a.id = w.account_id AND a.status = 'active'
    LEFT JOIN messaging.events AS s ON s.id = w.after_event_id
    JOIN told AS t ON t.role = a.role AND (t.role = 'admin' OR t.account_id = w.account_id)
    JOIN new_events AS e ON e.id = t.event_id
    WHERE w.status = 'enabled' AND messaging.wants_event(w.types, e.type) AND (s.id IS NULL OR (e.xact, e.id) > (s.xact, s.id))
    ORDER BY e.xact, e.id
    ON CONFLICT ON CONSTRAINT webhook_delivery_twice DO NOTHING;

    UPDATE messaging.webhook_progress SET last_event_id = v_last;
    RETURN cardinality(v_events);
END $$;

GRANT EXECUTE ON FUNCTION messaging.fan_out_events TO store_api;
