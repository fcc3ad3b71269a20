-- Records that the carrier refused a parcel permanently. Idempotent.
-- Callers:   the worker.
-- Locks:     order, payment, shipment, and those of sales.cancel_order.
-- Errors:    shipment_not_found 404.
CREATE FUNCTION api.fail_booking(shipment_id uuid, failure_code text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    RETURN fulfilment.fail_booking(fail_booking.shipment_id, fail_booking.failure_code);
END $$;

COMMENT ON FUNCTION api.fail_booking IS
'Record that a carrier refused a parcel

For the worker. Releases the credit that was held for it and cancels that order.';

GRANT EXECUTE ON FUNCTION api.fail_booking TO app_worker;
