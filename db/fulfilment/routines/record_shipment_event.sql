-- Records the event of a shipment's new status in the order's timeline, with its tracking: shipment.created,
-- shipment.in_transit, …
-- Callers:   make_shipment, hold_credit, move_shipment.
CREATE OR REPLACE FUNCTION fulfilment.record_shipment_event(shipment fulfilment.shipments, happened text)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM messaging.record_event('shipment.' || record_shipment_event.happened, shipment.order_id,
                                   shipment.account_id,
        jsonb_build_object(
            'shipment_id', shipment.id, 'status', shipment.status, 'carrier', shipment.carrier,
            'tracking_number', shipment.tracking_number, 'tracking_url', shipment.tracking_url,
            'failure_code', shipment.failure_code));
END $$;

GRANT EXECUTE ON FUNCTION fulfilment.record_shipment_event TO store_api;
