-- Asks carriers for the parcels of an order that were not booked while it was on hold.
-- Callers:   sales.follow_holds. The caller holds the order.
-- Locks:     the shipments.
CREATE OR REPLACE FUNCTION fulfilment.resume_bookings(order_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_id uuid;
BEGIN
    FOR v_id IN
        UPDATE fulfilment.shipments AS s SET book_until = now() + c.booking_time_to_live
        FROM sales.settings AS c
        WHERE s.order_id = resume_bookings.order_id AND s.status = 'pending' AND s.asks_carrier
        RETURNING s.id
    LOOP
        PERFORM messaging.enqueue_job('book_shipment', jsonb_build_object('shipment_id', v_id));
    END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION fulfilment.resume_bookings TO store_api;
