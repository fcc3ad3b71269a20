-- Applies a gateway's report about a refund: one that we requested, or one that was made at the gateway. The gateway's
-- own id identifies a refund, so each is booked once, whether we requested it or a person made it at the gateway.
-- Callers:   api.receive_gateway_event, api.complete_refund.
-- Returns:   applied, no_change or unknown_refund.
-- Locks:     those of mark_refund_completed and adopt_refund.
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
    IF v_payment.status <> 'completed' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH503', CONSTRAINT = 'payment_not_completed',
            MESSAGE = 'The payment of this refund is not completed yet.', HINT = 'Send it again later.';
    END IF;
    v_refund_id := payments.find_reported_refund(v_payment.id, receive_refund_event.kind,
                                                 receive_refund_event.refund_id,
                                                 receive_refund_event.case_reference, receive_refund_event.amount);
    IF v_refund_id IS NULL AND receive_refund_event.kind <> 'refund_failed'
       AND receive_refund_event.case_reference IS NOT NULL
    THEN
        v_refund_id := payments.adopt_refund(v_payment.id, receive_refund_event.amount,
                                             receive_refund_event.case_reference);
        v_changed := v_refund_id IS NOT NULL;
    END IF;
    IF v_refund_id IS NULL THEN
        RETURN 'unknown_refund';
    END IF;
    UPDATE payments.refunds AS r SET provider_reference = receive_refund_event.case_reference
    WHERE r.id = v_refund_id AND r.provider_reference IS NULL;
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
