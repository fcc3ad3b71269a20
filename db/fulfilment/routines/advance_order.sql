-- Moves a paid order on with its parcels and refunds: to shipped when every piece that is owed has left, to delivered
-- when all of them have arrived, or when nothing requires shipping and the order is not on hold. Sets
-- fulfilment_status. When all of the money has been refunded, the parcels that wait are cancelled.
-- Callers:   move_shipment, receive_return, payments.count_refund, payments.mark_payment_completed,
--            sales.follow_holds, sales.place_order, sales.require_within_total. The caller holds the order, unless it
--            is pending.
-- Locks:     the shipments that it cancels; what the order brings its merchants.
CREATE OR REPLACE FUNCTION fulfilment.advance_order(order_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_order  sales.orders;
    v_goods  text;
    v_status text;
BEGIN
    SELECT * INTO STRICT v_order FROM sales.orders AS o WHERE o.id = advance_order.order_id;
    IF v_order.status IN ('pending', 'cancelled') THEN
        RETURN;
    END IF;
    IF v_order.amount_refunded > 0 AND v_order.amount_refunded = v_order.amount_paid THEN
        PERFORM fulfilment.move_shipment(s.id, 'cancelled')
        FROM fulfilment.shipments AS s WHERE s.order_id = v_order.id AND s.status IN ('pending', 'label_created');
        SELECT * INTO STRICT v_order FROM sales.orders AS o WHERE o.id = v_order.id;
    END IF;

    v_goods := fulfilment.fulfilment_status_of(v_order);
    v_status := CASE
        WHEN v_goods IN ('shipped', 'delivered') THEN v_goods
        -- All that left came back, if only after a parcel was said to be under way or delivered.
        WHEN v_goods = 'returned' THEN (
            SELECT CASE WHEN bool_or(s.status = 'in_transit') THEN 'shipped' ELSE 'delivered' END
            FROM fulfilment.shipments AS s
            WHERE s.order_id = v_order.id AND s.status IN ('in_transit', 'delivered') HAVING count(*) > 0)
        WHEN v_goods = 'not_needed' AND v_order.hold_reason IS NULL
             AND NOT EXISTS (SELECT FROM sales.order_items AS i WHERE i.order_id = v_order.id AND i.requires_shipping)
            THEN 'delivered'
    END;
    IF v_order.status = 'paid' AND v_status IS NOT NULL AND v_goods <> 'not_needed' THEN
        UPDATE sales.orders AS o SET status = 'shipped', version = o.version + 1 WHERE o.id = v_order.id;
        PERFORM messaging.record_event('order.shipped', v_order.id, v_order.account_id,
            sales.order_data(v_order) || jsonb_build_object('status', 'shipped'));
    END IF;
    IF v_order.status <> 'delivered' AND v_status = 'delivered' THEN
        UPDATE sales.orders AS o SET status = 'delivered', version = o.version + 1 WHERE o.id = v_order.id;
        PERFORM ledger.release_earnings(v_order.id);
        PERFORM messaging.record_event('order.delivered', v_order.id, v_order.account_id,
            sales.order_data(v_order) || jsonb_build_object('status', 'delivered'));
    END IF;
    UPDATE sales.orders AS o SET fulfilment_status = v_goods, version = o.version + 1
    WHERE o.id = v_order.id AND o.fulfilment_status <> v_goods;
END $$;

GRANT EXECUTE ON FUNCTION fulfilment.advance_order TO store_api;
