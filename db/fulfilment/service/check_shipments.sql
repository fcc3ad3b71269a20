-- Enqueues a tracking query for parcels that are under way. The first follows two minutes after the booking; each later
-- pause equals the booking's age, up to six hours.
-- Callers:   the worker.
-- Locks:     the shipments, except those that another transaction has locked; they are left for the next call.
CREATE FUNCTION api.check_shipments()
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_shipments uuid[];
BEGIN
    PERFORM identity.authenticate_service('worker');
    SELECT array_agg(d.id) INTO v_shipments
    FROM (
        SELECT s.id FROM fulfilment.shipments AS s
        WHERE s.status IN ('label_created', 'in_transit') AND s.check_at <= now()
        ORDER BY s.check_at LIMIT 100
        FOR NO KEY UPDATE SKIP LOCKED
    ) AS d;
    UPDATE fulfilment.shipments AS s
    SET check_at = now() + least(greatest(now() - s.created_at, interval '2 minutes'), interval '6 hours')
    WHERE s.id = ANY (v_shipments);
    PERFORM messaging.enqueue_job('track_shipment', jsonb_build_object('shipment_id', v)) FROM unnest(v_shipments) AS v;
    RETURN coalesce(cardinality(v_shipments), 0);
END $$;

COMMENT ON FUNCTION api.check_shipments IS
'Query carriers about parcels that are under way

For the worker. Returns the number of parcels; call again while it is 100.';

GRANT EXECUTE ON FUNCTION api.check_shipments TO app_worker;
