-- Records that the gateway refused a refund, permanently. The refund can then be retried. Idempotent.
-- Callers:   the worker.
-- Locks:     order, payment, refund.
-- Errors:    refund_not_found 404.
CREATE FUNCTION api.fail_refund(refund_id uuid, failure_code text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('worker');
    RETURN payments.mark_refund_failed(fail_refund.refund_id, fail_refund.failure_code);
END $$;

COMMENT ON FUNCTION api.fail_refund IS
'Record that a gateway refused a refund

For the worker.';

GRANT EXECUTE ON FUNCTION api.fail_refund TO app_worker;
