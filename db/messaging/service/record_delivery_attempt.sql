-- How an attempt ended: delivered, to be tried again, or given up. Answers the delivery's status; null when its
-- endpoint was deleted meanwhile.
-- Locks: the endpoint, then the delivery.
CREATE FUNCTION api.record_delivery_attempt(
    delivery_id uuid, duration_ms integer, status_code integer DEFAULT NULL, error text DEFAULT NULL,
    answer text DEFAULT NULL
)
RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    RETURN messaging.record_attempt(record_delivery_attempt.delivery_id, record_delivery_attempt.status_code,
                                    record_delivery_attempt.duration_ms, record_delivery_attempt.error,
                                    record_delivery_attempt.answer);
END $$;

COMMENT ON FUNCTION api.record_delivery_attempt IS
'Record how an attempt at a delivery ended

For the worker.';

GRANT EXECUTE ON FUNCTION api.record_delivery_attempt TO app_worker;
