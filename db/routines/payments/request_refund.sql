-- Decides that money goes back: counts it against the payment at once, so that two at a time cannot exceed it, and has the worker tell
-- the gateway. from_order is the part that had paid the order; the rest never belonged to it.
-- Called by: mark_payment_completed (surplus), refund_order, api.create_refund.
-- Errors:    refund_above_payment 409.
-- Locks:     the payment, and the order where it gives something back; the caller holds the order already.
CREATE OR REPLACE FUNCTION payments.request_refund(payment_id uuid, amount bigint, from_order bigint, reason text)
RETURNS uuid
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_payment   payments.payments;
    v_refund_id uuid;
BEGIN
    UPDATE payments.payments AS p SET amount_refunded = p.amount_refunded + request_refund.amount, version = p.version + 1
    WHERE p.id = request_refund.payment_id
    RETURNING p.* INTO STRICT v_payment;    -- more than was taken violates refund_above_payment

    INSERT INTO payments.refunds AS r (payment_id, order_id, account_id, amount, from_order, reason, requested_by)
    VALUES (v_payment.id, v_payment.order_id, v_payment.account_id, request_refund.amount, request_refund.from_order, request_refund.reason,
            identity.current_actor())
    RETURNING r.id INTO v_refund_id;

    IF request_refund.from_order > 0 THEN
        PERFORM sales.take_back(v_payment.order_id, request_refund.from_order);
    END IF;
    PERFORM messaging.record_event('refund.requested', v_payment.order_id, v_payment.account_id, jsonb_build_object(
        'refund_id', v_refund_id, 'payment_id', v_payment.id, 'amount', request_refund.amount, 'currency', v_payment.captured_currency,
        'reason', request_refund.reason));
    PERFORM messaging.enqueue_job('refund_payment', jsonb_build_object('refund_id', v_refund_id));
    RETURN v_refund_id;
END $$;

GRANT EXECUTE ON FUNCTION payments.request_refund TO store_api;
