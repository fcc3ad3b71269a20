-- Applies a gateway's report about a refund: one that we requested, or one that was made at the gateway.
-- Callers:   api.receive_gateway_event.
-- Returns:   applied, no_change or unknown_refund.
-- Locks:     those of mark_refund_completed.
-- Errors:    payment_not_completed 503 if it arrives before its payment; the gateway sends it again.
CREATE OR REPLACE FUNCTION payments.receive_refund_event(
    payment_id uuid, kind text, refund_id text, case_reference text, amount bigint, failure_code text
)
RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_payment   CONSTANT payments.payments := payments.lock_payment(receive_refund_event.payment_id);
    v_refund_id uuid;
    v_changed   boolean := false;
BEGIN
    IF v_payment.status <> 'completed' AND v_payment.capture_method = 'manual' THEN
        RETURN 'no_change';    -- some gateways report a released authorisation as a refund
    ELSIF v_payment.status <> 'completed' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH503', CONSTRAINT = 'payment_not_completed',
            MESSAGE = 'The payment of this refund is not completed yet.', HINT = 'Send it again later.';
    END IF;
    SELECT r.id INTO v_refund_id FROM payments.refunds AS r
    WHERE r.payment_id = receive_refund_event.payment_id
      AND (r.id::text = receive_refund_event.refund_id
           OR receive_refund_event.refund_id IS NULL AND r.provider_reference = receive_refund_event.case_reference);
    IF NOT FOUND THEN
        IF receive_refund_event.refund_id IS NULL AND receive_refund_event.kind <> 'refund_failed' THEN
            v_refund_id := payments.adopt_refund(receive_refund_event.payment_id, receive_refund_event.amount,
                                                 receive_refund_event.case_reference);
            v_changed := true;
        END IF;
        IF v_refund_id IS NULL THEN
            RETURN 'unknown_refund';
        END IF;
    END IF;
    IF receive_refund_event.kind = 'refund_completed' THEN
        v_changed := payments.mark_refund_completed(v_refund_id, receive_refund_event.case_reference) OR v_changed;
    ELSIF receive_refund_event.kind = 'refund_failed' THEN
        v_changed := payments.mark_refund_failed(v_refund_id,
                                                 coalesce(receive_refund_event.failure_code, 'refused'), true)
            OR v_changed;
    END IF;
    PERFORM payments.settle_disputes(receive_refund_event.payment_id);
    RETURN CASE WHEN v_changed THEN 'applied' ELSE 'no_change' END;
END $$;

GRANT EXECUTE ON FUNCTION payments.receive_refund_event TO store_api;
