-- The gateway gave the money back: books it. Idempotent. A refund that was reported as failed and went through after all counts again,
-- unless the money has been given back by another one since.
-- Called by: api.complete_refund, api.receive_gateway_event.
-- Returns:   whether anything changed.
-- Errors:    refund_not_found 404.
-- Locks:     order, payment, refund, ledger accounts. A refund changes only under its order's lock.
CREATE OR REPLACE FUNCTION payments.mark_refund_completed(refund_id uuid, provider_reference text DEFAULT NULL)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_refund   payments.refunds;
    v_payment  payments.payments;
    v_clearing uuid;
BEGIN
    PERFORM FROM sales.orders AS o
    WHERE o.id = (SELECT r.order_id FROM payments.refunds AS r WHERE r.id = mark_refund_completed.refund_id)
    FOR NO KEY UPDATE;
    SELECT * INTO v_refund FROM payments.refunds AS r WHERE r.id = mark_refund_completed.refund_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'refund_not_found', MESSAGE = 'There is no such refund.';
    END IF;
    SELECT * INTO STRICT v_payment FROM payments.payments AS p WHERE p.id = v_refund.payment_id;
    IF v_refund.status = 'completed' THEN
        RETURN false;
    END IF;
    IF v_refund.status = 'failed' THEN
        IF v_payment.amount_refunded + v_refund.amount > v_payment.amount_captured
            OR v_refund.from_order > payments.refundable_from_order(v_payment.id)
        THEN
            RETURN false;
        END IF;
        UPDATE payments.payments AS p SET amount_refunded = p.amount_refunded + v_refund.amount, version = p.version + 1
        WHERE p.id = v_payment.id;
        IF v_refund.from_order > 0 THEN
            PERFORM sales.take_back(v_refund.order_id, v_refund.from_order);
        END IF;
    END IF;

    UPDATE payments.refunds AS r
    SET status = 'completed', completed_at = now(), failure_code = NULL,
        provider_reference = coalesce(mark_refund_completed.provider_reference, r.provider_reference)
    WHERE r.id = v_refund.id;

    v_clearing := ledger.open_account('clearing', v_payment.captured_currency, v_payment.provider);
    IF v_refund.from_order > 0 THEN
        PERFORM ledger.post_transfer(ledger.open_account('sales', v_payment.captured_currency), v_clearing, v_refund.from_order, 'refund',
            order_id => v_refund.order_id, payment_id => v_payment.id, refund_id => v_refund.id);
    END IF;
    IF v_refund.amount > v_refund.from_order THEN
        PERFORM ledger.post_transfer(ledger.open_account('unapplied', v_payment.captured_currency), v_clearing,
            v_refund.amount - v_refund.from_order, 'refund_unapplied',
            order_id => v_refund.order_id, payment_id => v_payment.id, refund_id => v_refund.id);
    END IF;
    PERFORM messaging.record_event('refund.completed', v_refund.order_id, v_refund.account_id, jsonb_build_object(
        'refund_id', v_refund.id, 'payment_id', v_payment.id, 'amount', v_refund.amount, 'currency', v_payment.captured_currency));
    RETURN true;
END $$;

GRANT EXECUTE ON FUNCTION payments.mark_refund_completed TO store_api;
