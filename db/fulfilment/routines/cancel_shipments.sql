-- Row trigger: with an order go the parcels that have not left. Of which one has left, that order is not cancelled:
-- what has not left is refunded and restocked by line, what has left is returned.
-- Errors: order_not_cancellable 409.
-- Locks:  the order's shipments and lines; the order is locked.
CREATE OR REPLACE FUNCTION fulfilment.cancel_shipments()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF fulfilment.has_left(NEW.id) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_not_cancellable',
            MESSAGE = 'A part of this order has been shipped: it cannot be cancelled.',
            HINT = 'Refund the rest by line, with restock.';
    END IF;
    PERFORM fulfilment.move_shipment(s.id, 'cancelled')
    FROM fulfilment.shipments AS s WHERE s.order_id = NEW.id AND s.status IN ('pending', 'label_created');
    RETURN NULL;
END $$;
