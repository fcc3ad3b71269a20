-- Enqueues the cancellation of a booking at the carrier: now, and again a day later, since the call that makes the
-- booking may still be under way.
-- Callers:   move_shipment, complete_booking, api.postpone_booking.
CREATE OR REPLACE FUNCTION fulfilment.take_booking_back(shipment_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM messaging.enqueue_job('cancel_booking',
                                  jsonb_build_object('shipment_id', take_booking_back.shipment_id), now() + w.pause)
    FROM (VALUES (interval '0'), (interval '1 day')) AS w (pause);
END $$;

GRANT EXECUTE ON FUNCTION fulfilment.take_booking_back TO store_api;
