-- Records that the carrier did not answer, or gave an unclear answer. Returns whether to ask again; after too long the
-- booking has failed, and a booking that the carrier may have made is cancelled.
-- Callers:   the worker.
-- Locks:     order, payment, shipment, and those of sales.cancel_order.
-- Errors:    shipment_not_found 404.
CREATE FUNCTION api.postpone_booking(shipment_id uuid)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_shipment fulfilment.shipments;
BEGIN
    PERFORM identity.authenticate_service('worker');
    v_shipment := fulfilment.lock_shipment(postpone_booking.shipment_id);
    IF v_shipment.status = 'pending' AND v_shipment.book_until > now() THEN
        RETURN true;
    END IF;
    IF fulfilment.fail_booking(v_shipment.id, 'carrier_unavailable') THEN
        PERFORM fulfilment.take_booking_back(v_shipment.id);
    END IF;
    RETURN false;
END $$;

COMMENT ON FUNCTION api.postpone_booking IS
'Record that a carrier did not answer

For the worker. Returns whether to ask again.';

GRANT EXECUTE ON FUNCTION api.postpone_booking TO app_worker;
