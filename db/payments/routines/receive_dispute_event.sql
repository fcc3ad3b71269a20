-- Applies a gateway's report about a dispute. Monotone: a dispute opens once and ends once, independent of the order in
-- which the reports arrive.
-- Callers:   api.receive_gateway_event.
-- Returns:   whether anything changed.
-- Locks:     those of settle_disputes.
CREATE OR REPLACE FUNCTION payments.receive_dispute_event(
    payment_id uuid, status text, case_reference text, amount bigint, reason text
)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_payment CONSTANT payments.payments := payments.lock_payment(receive_dispute_event.payment_id);
    v_dispute payments.disputes;
BEGIN
    IF receive_dispute_event.case_reference IS NULL
       OR receive_dispute_event.amount NOT BETWEEN 1 AND 1000000000000000 THEN
        RETURN false;
    END IF;
    SELECT * INTO v_dispute FROM payments.disputes AS d
    WHERE d.provider = v_payment.provider AND d.case_reference = receive_dispute_event.case_reference;
    IF v_dispute.status IN ('won', 'lost') OR v_dispute.status = receive_dispute_event.status THEN
        RETURN false;
    END IF;
    IF v_dispute.id IS NULL THEN
        INSERT INTO payments.disputes (payment_id, provider, case_reference, status, amount, reason, closed_at)
        VALUES (v_payment.id, v_payment.provider, receive_dispute_event.case_reference, receive_dispute_event.status,
                receive_dispute_event.amount, receive_dispute_event.reason,
                CASE WHEN receive_dispute_event.status <> 'open' THEN now() END);
    ELSE
        UPDATE payments.disputes AS d
        SET status = receive_dispute_event.status, closed_at = now()
        WHERE d.id = v_dispute.id;
    END IF;
    PERFORM messaging.record_event(
        'dispute.' || CASE receive_dispute_event.status WHEN 'open' THEN 'opened' ELSE receive_dispute_event.status END,
        v_payment.order_id, v_payment.account_id,
        jsonb_build_object('payment_id', v_payment.id, 'amount', receive_dispute_event.amount,
            'currency', coalesce(v_payment.captured_currency, v_payment.currency),
            'reason', receive_dispute_event.reason));
    PERFORM payments.settle_disputes(v_payment.id);
    RETURN true;
END $$;

GRANT EXECUTE ON FUNCTION payments.receive_dispute_event TO store_api;
