-- The refund was refused for good: the amount counts as the payment's again, so that it can be refunded anew. Idempotent; a refund that went
-- through stays so.
-- Called by: api.fail_refund, api.receive_gateway_event.
-- Returns:   whether anything changed.
-- Errors:    refund_not_found 404.
-- Locks:     order (of a deposit: payment), payment, refund, wallet.
CREATE OR REPLACE FUNCTION payments.mark_refund_failed(refund_id uuid, failure_code text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_refund payments.refunds;
BEGIN
    v_refund := payments.lock_refund(mark_refund_failed.refund_id);
    IF v_refund.status <> 'pending' THEN
        RETURN false;
    END IF;

    UPDATE payments.payments AS p SET amount_refunded = p.amount_refunded - v_refund.amount, version = p.version + 1
    WHERE p.id = v_refund.payment_id;
    UPDATE payments.refunds AS r SET status = 'failed', failure_code = mark_refund_failed.failure_code WHERE r.id = v_refund.id;
    IF v_refund.hold_id IS NOT NULL THEN
        PERFORM ledger.void_hold(v_refund.hold_id);
    ELSIF v_refund.from_order > 0 THEN
        PERFORM payments.count_refund(v_refund.id, -1);
    END IF;
    PERFORM messaging.record_event('refund.failed', v_refund.order_id, v_refund.account_id, jsonb_build_object(
        'refund_id', v_refund.id, 'payment_id', v_refund.payment_id, 'amount', v_refund.amount, 'failure_code', mark_refund_failed.failure_code));
    RETURN true;
END $$;

GRANT EXECUTE ON FUNCTION payments.mark_refund_failed TO store_api;
