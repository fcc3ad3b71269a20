-- Locks a shipment and, before it, its order and the payment that waits for it.
-- Callers:   complete_booking, fail_booking, api.update_shipment, api.postpone_booking, api.record_tracking.
-- Locks:     order, payment, shipment.
-- Errors:    shipment_not_found 404, version_stale 412.
CREATE OR REPLACE FUNCTION fulfilment.lock_shipment(shipment_id uuid, if_match bigint DEFAULT NULL)
RETURNS fulfilment.shipments
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_shipment fulfilment.shipments;
BEGIN
    PERFORM FROM sales.orders AS o
    WHERE o.id = (SELECT s.order_id FROM fulfilment.shipments AS s WHERE s.id = lock_shipment.shipment_id)
    FOR NO KEY UPDATE;
    PERFORM FROM payments.payments AS p
    WHERE p.id = (SELECT s.payment_id FROM fulfilment.shipments AS s WHERE s.id = lock_shipment.shipment_id)
    FOR NO KEY UPDATE;
    SELECT * INTO v_shipment FROM fulfilment.shipments AS s WHERE s.id = lock_shipment.shipment_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'shipment_not_found',
            MESSAGE = 'There is no such shipment.';
    ELSIF lock_shipment.if_match <> v_shipment.version THEN
        RAISE EXCEPTION USING ERRCODE = 'SH412', CONSTRAINT = 'version_stale',
            MESSAGE = 'The shipment has changed since you read it.', HINT = 'Read it again, then repeat your change.';
    END IF;
    RETURN v_shipment;
END $$;

GRANT EXECUTE ON FUNCTION fulfilment.lock_shipment TO store_api;
