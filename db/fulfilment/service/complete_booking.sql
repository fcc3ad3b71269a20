-- Records that the carrier has accepted a parcel. Idempotent. Returns booked, no_change or too_late (then the booking
-- is cancelled at the carrier).
-- Callers:   the worker.
-- Locks:     order, payment, shipment, and those of payments.mark_payment_completed.
-- Errors:    shipment_not_found 404.
CREATE FUNCTION api.complete_booking(
    shipment_id uuid, booking_reference text, tracking_number text DEFAULT NULL, tracking_url text DEFAULT NULL
)
RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    RETURN fulfilment.complete_booking(complete_booking.shipment_id, complete_booking.booking_reference,
                                       complete_booking.tracking_number, complete_booking.tracking_url);
END $$;

COMMENT ON FUNCTION api.complete_booking IS
'Record that a carrier accepted a parcel

For the worker. Captures the credit that was held for it.';

GRANT EXECUTE ON FUNCTION api.complete_booking TO app_worker;
