-- Row trigger: when a payment ends without its held credit (cancelled, expired), releases the credit and cancels the
-- parcel that it was held for.
-- Callers:   trigger release_credit on payments.payments.
-- Locks:     the payer's credit, the shipment. The payment is locked already.
CREATE OR REPLACE FUNCTION fulfilment.release_credit()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM ledger.void_hold(NEW.hold_id);
    PERFORM fulfilment.move_shipment(s.id, 'cancelled')
    FROM fulfilment.shipments AS s
    WHERE s.payment_id = NEW.id AND s.status = 'pending';
    RETURN NULL;
END $$;
