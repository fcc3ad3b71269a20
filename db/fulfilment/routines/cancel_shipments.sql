-- Row trigger: cancelling an order cancels its parcels that have not left. An order of which a parcel has left cannot
-- be cancelled: refund and restock the rest by line; the shipped pieces can be returned.
-- Callers:   trigger cancel_shipments on sales.orders.
-- Locks:     the order's shipments and lines. The order is locked already.
-- Errors:    order_not_cancellable 409.
CREATE OR REPLACE FUNCTION fulfilment.cancel_shipments()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF fulfilment.has_left(NEW.id) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_not_cancellable',
            MESSAGE = 'A part of this order has been shipped, so it cannot be cancelled.',
            HINT = 'Refund the rest by line, with restock.';
    END IF;
    PERFORM fulfilment.move_shipment(s.id, 'cancelled')
    FROM fulfilment.shipments AS s WHERE s.order_id = NEW.id AND s.status IN ('pending', 'label_created');
    RETURN NULL;
END $$;
