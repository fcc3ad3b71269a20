-- The carrier has taken a parcel on. Idempotent. Answers booked, no_change or too_late (and has the booking taken
-- back).
-- Locks:  order, payment, shipment, and those of payments.mark_payment_completed.
-- Errors: shipment_not_found 404.
CREATE FUNCTION api.complete_booking(
    shipment_id uuid, booking_reference text, tracking_number text DEFAULT NULL, tracking_url text DEFAULT NULL
)
RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    RETURN fulfilment.complete_booking(complete_booking.shipment_id, complete_booking.booking_reference,
                                       complete_booking.tracking_number,
                                       complete_booking.tracking_url);
END $$;

COMMENT ON FUNCTION api.complete_booking IS
'Record that a carrier took a parcel

For the worker. Credit that was held for it is taken.';

GRANT EXECUTE ON FUNCTION api.complete_booking TO app_worker;
