-- The gateway refused the refund for good: the amount counts as the payment's again, so that it can be refunded anew. Idempotent;
-- a refund that went through stays so.
-- Called by: api.fail_refund, api.receive_gateway_event.
-- Returns:   whether anything changed.
-- Errors:    refund_not_found 404.
-- Locks:     order, payment, refund.
CREATE OR REPLACE FUNCTION payments.mark_refund_failed(refund_id uuid, failure_code text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_refund payments.refunds;
BEGIN
    PERFORM FROM sales.orders AS o
    WHERE o.id = (SELECT r.order_id FROM payments.refunds AS r WHERE r.id = mark_refund_failed.refund_id)
    FOR NO KEY UPDATE;
    SELECT * INTO v_refund FROM payments.refunds AS r WHERE r.id = mark_refund_failed.refund_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'refund_not_found', MESSAGE = 'There is no such refund.';
    END IF;
    IF v_refund.status <> 'pending' THEN
        RETURN false;
    END IF;

    UPDATE payments.payments AS p SET amount_refunded = p.amount_refunded - v_refund.amount, version = p.version + 1
    WHERE p.id = v_refund.payment_id;
    UPDATE payments.refunds AS r SET status = 'failed', failure_code = mark_refund_failed.failure_code WHERE r.id = v_refund.id;
    IF v_refund.from_order > 0 THEN
        PERFORM sales.take_back(v_refund.order_id, -v_refund.from_order);
    END IF;
    PERFORM messaging.record_event('refund.failed', v_refund.order_id, v_refund.account_id, jsonb_build_object(
        'refund_id', v_refund.id, 'payment_id', v_refund.payment_id, 'amount', v_refund.amount, 'failure_code', mark_refund_failed.failure_code));
    RETURN true;
END $$;

GRANT EXECUTE ON FUNCTION payments.mark_refund_failed TO store_api;
