-- The carrier has accepted a parcel: stores its tracking and captures the credit that was held for it. Idempotent. If
-- the parcel is no longer to be sent, or its order has become cheaper since, the booking is cancelled at the carrier
-- and the credit is released.
-- Callers:   set_status (booked by telephone), api.complete_booking.
-- Returns:   booked, no_change or too_late.
-- Locks:     order, payment, shipment, then those of payments.mark_payment_completed.
-- Errors:    shipment_not_found 404.
CREATE OR REPLACE FUNCTION fulfilment.complete_booking(
    shipment_id uuid, booking_reference text, tracking_number text, tracking_url text
)
RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_shipment fulfilment.shipments := fulfilment.lock_shipment(complete_booking.shipment_id);
    v_payment  payments.payments;
BEGIN
    IF v_shipment.status <> 'pending' THEN
        IF v_shipment.status IN ('cancelled', 'failed') AND v_shipment.shipped_at IS NULL THEN
            PERFORM fulfilment.take_booking_back(v_shipment.id);
            RETURN 'too_late';
        END IF;
        RETURN 'no_change';
    END IF;

    IF v_shipment.payment_id IS NOT NULL THEN
        SELECT * INTO STRICT v_payment FROM payments.payments AS p WHERE p.id = v_shipment.payment_id;
        IF v_payment.amount <> (SELECT o.total - o.amount_paid
                                FROM sales.orders AS o
                                WHERE o.id = v_payment.order_id) THEN
            PERFORM payments.give_up_payment(v_payment.id, 'cancelled');
            RETURN 'too_late';
        END IF;
        PERFORM payments.mark_payment_completed(v_payment.id, v_payment.amount, v_payment.currency);
        INSERT INTO fulfilment.shipment_items (shipment_id, order_item_id, account_id, quantity)
        SELECT v_shipment.id, i.id, i.account_id, i.quantity
        FROM sales.order_items AS i
        WHERE i.order_id = v_shipment.order_id AND i.requires_shipping;
        PERFORM fulfilment.count_pieces(v_shipment.id, 1);
    END IF;
    UPDATE fulfilment.shipments AS s
    SET booked_at = now(), booking_reference = complete_booking.booking_reference,
        tracking_number = coalesce(complete_booking.tracking_number, s.tracking_number),
        tracking_url = coalesce(complete_booking.tracking_url, s.tracking_url)
    WHERE s.id = v_shipment.id;
    PERFORM fulfilment.move_shipment(v_shipment.id, 'label_created');
    RETURN 'booked';
END $$;

GRANT EXECUTE ON FUNCTION fulfilment.complete_booking TO store_api;
