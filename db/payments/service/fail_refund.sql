-- Records that the gateway refused a refund, permanently. The refund can then be retried. Idempotent.
-- Callers:   the worker.
-- Locks:     order, payment, refund.
-- Errors:    refund_not_found 404.
CREATE FUNCTION api.fail_refund(refund_id uuid, failure_code text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_changed boolean;
BEGIN
    PERFORM identity.authenticate_service('worker');
    v_changed := payments.mark_refund_failed(fail_refund.refund_id, fail_refund.failure_code);
    IF v_changed THEN
        PERFORM payments.settle_disputes(r.payment_id) FROM payments.refunds AS r WHERE r.id = fail_refund.refund_id;
    END IF;
    RETURN v_changed;
END $$;

COMMENT ON FUNCTION api.fail_refund IS
'Record that a gateway refused a refund

For the worker.';

GRANT EXECUTE ON FUNCTION api.fail_refund TO app_worker;
