-- Applies a carrier's report about a parcel. The status only moves forward, so old news changes nothing. Returns
-- whether anything changed.
-- Callers:   the worker.
-- Locks:     order, payment, shipment.
-- Errors:    shipment_not_found 404.
CREATE FUNCTION api.record_tracking(shipment_id uuid, status api.shipment_status, failure_code text DEFAULT NULL)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_shipment fulfilment.shipments;
BEGIN
    PERFORM identity.authenticate_service('worker');
    v_shipment := fulfilment.lock_shipment(record_tracking.shipment_id);
    IF v_shipment.status = 'pending' OR NOT EXISTS (
        SELECT FROM fulfilment.shipment_transitions AS t
        WHERE t.from_status = v_shipment.status AND t.to_status = record_tracking.status)
    THEN
        RETURN false;
    END IF;
    PERFORM fulfilment.move_shipment(v_shipment.id, record_tracking.status, record_tracking.failure_code);
    RETURN true;
END $$;

COMMENT ON FUNCTION api.record_tracking IS
'Record a carrier''s report about a parcel

For the worker.';

GRANT EXECUTE ON FUNCTION api.record_tracking TO app_worker;
