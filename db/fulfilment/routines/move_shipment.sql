-- Changes a shipment's status, with all consequences: pieces that never left or were returned to the shop can be
-- shipped again, an unneeded booking is cancelled at the carrier, the event is recorded, and the order follows.
-- Callers:   make_shipment, complete_booking, fail_booking, release_credit, cancel_shipments, set_status,
--            api.ship_order, deliver_order, record_tracking.
-- Locks:     the shipment, its order's lines. The caller holds the order, or the payment that waits for it.
-- Errors:    shipment_transition_refused, returned_above_shipped 409.
CREATE OR REPLACE FUNCTION fulfilment.move_shipment(shipment_id uuid, status text, failure_code text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_shipment fulfilment.shipments;
BEGIN
    UPDATE fulfilment.shipments AS s
    SET status = move_shipment.status, failure_code = move_shipment.failure_code,
        shipped_at = CASE WHEN move_shipment.status IN ('in_transit', 'delivered') THEN coalesce(s.shipped_at, now())
                          ELSE s.shipped_at END,
        delivered_at = CASE move_shipment.status WHEN 'delivered' THEN now() END,
        check_at = CASE WHEN s.booking_reference IS NOT NULL AND move_shipment.status IN ('label_created', 'in_transit')
                        THEN now() + interval '2 minutes' END,
        version = s.version + 1
    WHERE s.id = move_shipment.shipment_id
    RETURNING s.* INTO STRICT v_shipment;
    IF v_shipment.status IN ('failed', 'cancelled', 'returned') THEN
        PERFORM fulfilment.count_pieces(v_shipment.id, -1);
    END IF;
    IF v_shipment.status = 'cancelled' AND v_shipment.asks_carrier THEN
        PERFORM fulfilment.take_booking_back(v_shipment.id);
    END IF;
    IF v_shipment.status = 'in_transit' THEN
        PERFORM messaging.enqueue_mail('order_shipped', v_shipment.account_id, jsonb_strip_nulls(jsonb_build_object(
            'order_id', v_shipment.order_id, 'carrier', v_shipment.carrier,
            'tracking_number', v_shipment.tracking_number,
            'tracking_url', v_shipment.tracking_url, 'items', (
                SELECT jsonb_agg(jsonb_build_object('name', i.name, 'quantity', p.quantity) ORDER BY i.id)
                FROM fulfilment.shipment_items AS p JOIN sales.order_items AS i ON i.id = p.order_item_id
                WHERE p.shipment_id = v_shipment.id))));
    END IF;
    PERFORM fulfilment.record_shipment_event(v_shipment, v_shipment.status);
    PERFORM fulfilment.advance_order(v_shipment.order_id);
END $$;

GRANT EXECUTE ON FUNCTION fulfilment.move_shipment TO store_api;
