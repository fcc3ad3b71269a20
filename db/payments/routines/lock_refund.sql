-- Reads a refund after taking the lock under which refunds change: that of its order, or of its payment if there is no
-- order.
-- Callers:   mark_refund_completed, mark_refund_failed, settle_refund, api.retry_refund,
--            api.confirm_refund, api.settle_refund.
-- Locks:     the order, or else the payment.
-- Errors:    refund_not_found 404.
CREATE OR REPLACE FUNCTION payments.lock_refund(refund_id uuid)
RETURNS payments.refunds
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_refund payments.refunds;
BEGIN
    PERFORM FROM sales.orders AS o
    WHERE o.id = (SELECT r.order_id FROM payments.refunds AS r WHERE r.id = lock_refund.refund_id)
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM FROM payments.payments AS p
        WHERE p.id = (SELECT r.payment_id FROM payments.refunds AS r WHERE r.id = lock_refund.refund_id)
        FOR NO KEY UPDATE;
    END IF;
    SELECT * INTO v_refund FROM payments.refunds AS r WHERE r.id = lock_refund.refund_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'refund_not_found', MESSAGE = 'There is no such refund.';
    END IF;
    RETURN v_refund;
END $$;

GRANT EXECUTE ON FUNCTION payments.lock_refund TO store_api;
