-- Ends an attempt without money; status is failed, expired or cancelled. Monotone: a step back changes nothing. The
-- order stays pending and can be paid again.
-- Callers:   give_up_payment, api.receive_gateway_event, api.fail_payment.
-- Returns:   whether anything changed.
-- Locks:     the payment.
-- Errors:    payment_transition_refused 409 if the status is not a final one.
CREATE OR REPLACE FUNCTION payments.mark_payment_failed(payment_id uuid, status text, failure_code text DEFAULT NULL)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_payment payments.payments;
BEGIN
    IF mark_payment_failed.status NOT IN ('failed', 'expired', 'cancelled') THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'payment_transition_refused',
            MESSAGE = format('A payment cannot fail with the status %s.', mark_payment_failed.status);
    END IF;

    SELECT * INTO v_payment FROM payments.payments AS p WHERE p.id = mark_payment_failed.payment_id FOR NO KEY UPDATE;
    IF NOT FOUND OR NOT EXISTS (
        SELECT FROM payments.payment_transitions AS t
        WHERE t.from_status = v_payment.status AND t.to_status = mark_payment_failed.status)
    THEN
        RETURN false;
    END IF;

    UPDATE payments.payments AS p
    SET status = mark_payment_failed.status, failure_code = mark_payment_failed.failure_code, version = p.version + 1
    WHERE p.id = v_payment.id;
    PERFORM messaging.record_event('payment.' || mark_payment_failed.status, v_payment.order_id, v_payment.account_id,
        payments.payment_data(v_payment, mark_payment_failed.status)
            || jsonb_build_object('failure_code', mark_payment_failed.failure_code));
    RETURN true;
END $$;

COMMENT ON FUNCTION payments.mark_payment_failed IS
'Internal: ends an attempt to pay without money. By hand: payments.fail_by_hand, which is audited.';
GRANT EXECUTE ON FUNCTION payments.mark_payment_failed TO store_api;
