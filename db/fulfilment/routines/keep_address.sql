-- Row trigger: while a carrier has an order's parcel on its books it goes where it was booked to, and so does the
-- order.
-- Errors: shipment_booked 409.
CREATE OR REPLACE FUNCTION fulfilment.keep_address()
RETURNS trigger
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM fulfilment.shipments AS s
        WHERE s.order_id = NEW.id AND s.asks_carrier AND s.status IN ('pending', 'label_created'))
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'shipment_booked',
            MESSAGE = 'A carrier is taking this order to its address.',
            HINT = 'Cancel the shipment, or the payment that waits for it, first.';
    END IF;
    RETURN NEW;
END $$;
