-- The carrier refused a parcel permanently: its pieces can be shipped again. If its booking was to pay for the order,
-- the order is cancelled: its credit is released and its goods are back on sale. Idempotent.
-- Callers:   set_status, api.fail_booking (refused), api.postpone_booking (no answer for too long).
-- Returns:   whether anything changed.
-- Locks:     order, payment, shipment, then those of sales.cancel_order.
-- Errors:    shipment_not_found 404.
CREATE OR REPLACE FUNCTION fulfilment.fail_booking(shipment_id uuid, failure_code text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_shipment fulfilment.shipments := fulfilment.lock_shipment(fail_booking.shipment_id);
BEGIN
    IF v_shipment.status <> 'pending' THEN
        RETURN false;
    END IF;
    PERFORM fulfilment.move_shipment(v_shipment.id, 'failed', fail_booking.failure_code);
    IF v_shipment.payment_id IS NOT NULL THEN
        PERFORM sales.cancel_order(v_shipment.order_id, 'carrier_failed');
        PERFORM messaging.enqueue_mail('order_cancelled', v_shipment.account_id,
                                       jsonb_build_object('order_id', v_shipment.order_id));
    END IF;
    RETURN true;
END $$;

GRANT EXECUTE ON FUNCTION fulfilment.fail_booking TO store_api;
