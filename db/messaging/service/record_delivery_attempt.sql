-- Records the result of an attempt: delivered, to be repeated, or given up. Returns the delivery's status; null if its
-- endpoint was deleted meanwhile.
-- Callers:   the web tier.
-- Locks:     the endpoint, then the delivery.
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
'Record the result of an attempt at a delivery

For the worker.';

GRANT EXECUTE ON FUNCTION api.record_delivery_attempt TO app_worker;
