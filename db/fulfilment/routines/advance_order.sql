-- Moves an order on with its parcels: to shipped when every piece that has to be shipped has left, to delivered when
-- all of them have arrived.
-- Callers:   move_shipment, api.create_refund. The caller holds the order, unless it is pending.
-- Locks:     what the order brings its merchants.
CREATE OR REPLACE FUNCTION fulfilment.advance_order(order_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_order sales.orders;
    v_state record;
BEGIN
    SELECT * INTO STRICT v_order FROM sales.orders AS o WHERE o.id = advance_order.order_id;
    IF v_order.status NOT IN ('paid', 'shipped') THEN
        RETURN;
    END IF;
    SELECT count(*) FILTER (WHERE s.status IN ('pending', 'label_created')) AS here,
           count(*) FILTER (WHERE s.status = 'in_transit') AS under_way,
           count(*) FILTER (WHERE s.status = 'delivered') AS arrived
    INTO STRICT v_state
    FROM fulfilment.shipments AS s WHERE s.order_id = v_order.id;
    IF v_state.here > 0 OR v_state.under_way + v_state.arrived = 0
        OR EXISTS (SELECT FROM sales.order_items AS i
                   WHERE i.order_id = v_order.id AND i.quantity_shipped + i.quantity_withdrawn < i.quantity)
    THEN
        RETURN;
    END IF;
    IF v_order.status = 'paid' THEN
        UPDATE sales.orders AS o SET status = 'shipped', version = o.version + 1 WHERE o.id = v_order.id;
        PERFORM messaging.record_event('order.shipped', v_order.id, v_order.account_id);
    END IF;
    IF v_state.under_way = 0 THEN
        UPDATE sales.orders AS o SET status = 'delivered', version = o.version + 1 WHERE o.id = v_order.id;
        PERFORM ledger.release_earnings(v_order.id);
        PERFORM messaging.record_event('order.delivered', v_order.id, v_order.account_id);
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION fulfilment.advance_order TO store_api;
