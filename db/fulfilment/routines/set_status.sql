-- Sets a shipment's status as a person reports it. If a payment waits for the shipment, the payment is settled too: in
-- transit completes it, cancelled cancels it, failed cancels the order as well.
-- Callers:   api.update_shipment.
-- Locks:     those of complete_booking, fail_booking, payments.give_up_payment; the caller holds order, payment and
--            shipment.
-- Errors:    order_on_hold, shipment_transition_refused, returned_above_shipped 409.
CREATE OR REPLACE FUNCTION fulfilment.set_status(shipment fulfilment.shipments, status text)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_waits CONSTANT boolean := shipment.payment_id IS NOT NULL AND shipment.status = 'pending';
BEGIN
    IF shipment.shipped_at IS NULL AND set_status.status IN ('label_created', 'in_transit', 'delivered') THEN
        PERFORM fulfilment.require_released(shipment.order_id);
    END IF;
    IF v_waits AND set_status.status = 'cancelled' THEN
        -- this also cancels the shipment, through release_credit()
        PERFORM payments.give_up_payment(shipment.payment_id, 'cancelled');
    ELSIF v_waits AND set_status.status = 'failed' THEN
        PERFORM fulfilment.fail_booking(shipment.id, 'refused');
    ELSE
        IF v_waits AND set_status.status IN ('label_created', 'in_transit', 'delivered') THEN
            PERFORM fulfilment.complete_booking(shipment.id, NULL, NULL, NULL);
        END IF;
        IF (SELECT s.status FROM fulfilment.shipments AS s WHERE s.id = shipment.id) <> set_status.status THEN
            PERFORM fulfilment.move_shipment(shipment.id, set_status.status);
        END IF;
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION fulfilment.set_status TO store_api;
