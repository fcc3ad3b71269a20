-- Row trigger: credit that was held for a payment is free again when the payment ends without it (cancelled, expired),
-- whoever ends it, and the parcel that it was held for is not sent.
-- Locks: the payer's credit, the shipment; the payment is locked.
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
