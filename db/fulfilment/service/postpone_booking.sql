-- The carrier did not answer, or not so that one knows what it did. Answers whether it is to be asked again; when it
-- was asked for long enough, the booking has failed, and whatever the carrier has of it is taken back.
-- Locks:  order, payment, shipment, and those of sales.cancel_order.
-- Errors: shipment_not_found 404.
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

For the worker. Answers whether to ask again.';

GRANT EXECUTE ON FUNCTION api.postpone_booking TO app_worker;
