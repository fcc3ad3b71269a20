-- What a person says of a shipment. Of one whose payment waits for it the payment is settled as well: on its way it is
-- paid, cancelled it is not, failed it takes the order with it.
-- Called by: api.update_shipment.
-- Errors:    shipment_transition_refused, returned_above_shipped 409.
-- Locks:     those of complete_booking, fail_booking, payments.give_up_payment; the caller holds order, payment and
--            shipment.
CREATE OR REPLACE FUNCTION fulfilment.set_status(shipment fulfilment.shipments, status text)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_waits CONSTANT boolean := shipment.payment_id IS NOT NULL AND shipment.status = 'pending';
BEGIN
    IF v_waits AND set_status.status = 'cancelled' THEN
        -- and the shipment with it: release_credit()
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
