-- Row trigger: keeps an order's address while a carrier has a booking for its parcel.
-- Callers:   trigger keep_address on sales.orders.
-- Errors:    shipment_booked 409.
CREATE OR REPLACE FUNCTION fulfilment.keep_address()
RETURNS trigger
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM fulfilment.shipments AS s
        WHERE s.order_id = NEW.id AND s.asks_carrier AND s.status IN ('pending', 'label_created'))
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'shipment_booked',
            MESSAGE = 'A carrier has a booking for this address.',
            HINT = 'First cancel the shipment, or the payment that waits for it.';
    END IF;
    RETURN NEW;
END $$;
