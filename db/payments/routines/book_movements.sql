-- Books what a gateway's books say of a payment and ours do not yet: money that it took, refunds that it made,
-- disputes, its fee. It takes the ways of the callbacks, so that it makes no difference which of them arrive after all.
-- Callers:   reconcile_payment, which holds order and payment, and undoes what cannot be booked.
-- Returns:   whether anything changed.
-- Locks:     those of mark_payment_completed, receive_refund_event, receive_dispute_event.
-- Errors:    those of the same, where the books leave no room for it.
CREATE OR REPLACE FUNCTION payments.book_movements(payment_id uuid)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_payment payments.payments;
    v_record  record;
    v_changed boolean := false;
BEGIN
    SELECT * INTO STRICT v_payment FROM payments.payments AS p WHERE p.id = book_movements.payment_id;
    IF v_payment.status <> 'completed' THEN
        SELECT sum(m.amount)::bigint AS amount, min(m.currency)::text AS currency,
               min(m.charge_reference) AS charge_reference INTO v_record
        FROM payments.gateway_movements AS m
        WHERE m.payment_id = v_payment.id AND m.kind = 'captured';
        IF v_record.amount > 0 THEN
            v_changed := payments.mark_payment_completed(v_payment.id, v_record.amount, v_record.currency,
                                                         charge_reference => v_record.charge_reference);
        END IF;
    END IF;
    IF v_payment.status <> 'completed' AND NOT v_changed THEN
        RETURN false;
    END IF;

    FOR v_record IN
        SELECT m.case_reference, min(m.refund_id) AS refund_id, sum(-m.amount)::bigint AS amount,
               max(-m.amount)::bigint AS given, (array_agg(m.status ORDER BY m.moved_at DESC))[1] AS status
        FROM payments.gateway_movements AS m
        WHERE m.payment_id = v_payment.id AND m.kind = 'refunded' AND m.case_reference IS NOT NULL
        GROUP BY m.case_reference ORDER BY min(m.moved_at), m.case_reference
    LOOP
        v_changed := payments.receive_refund_event(
            v_payment.id,
            CASE WHEN v_record.amount = 0 OR v_record.status = 'failed' THEN 'refund_failed'
                 WHEN v_record.status = 'pending' THEN 'refund_pending' ELSE 'refund_completed' END,
            v_record.refund_id, v_record.case_reference, v_record.given, NULL) = 'applied' OR v_changed;
    END LOOP;

    FOR v_record IN
        SELECT m.case_reference, max(abs(m.amount))::bigint AS amount, min(m.currency)::text AS currency,
               (array_agg(m.status ORDER BY m.moved_at DESC))[1] AS status, min(m.reason) AS reason,
               jsonb_agg(jsonb_build_object('reference', m.movement_id, 'amount', m.amount, 'fee', m.fee,
                                            'fee_currency', m.fee_currency)) AS movements
        FROM payments.gateway_movements AS m
        WHERE m.payment_id = v_payment.id AND m.kind = 'disputed' AND m.case_reference IS NOT NULL
        GROUP BY m.case_reference ORDER BY min(m.moved_at), m.case_reference
    LOOP
        -- The status is the one of this moment: the gateway was asked for it.
        v_changed := payments.receive_dispute_event(
            v_payment.provider, v_payment.id, v_payment.charge_reference, v_record.case_reference, v_record.status,
            v_record.amount, v_record.currency, v_record.reason, now(), v_record.movements) OR v_changed;
    END LOOP;
    RETURN v_changed;
END $$;

GRANT EXECUTE ON FUNCTION payments.book_movements TO store_api;
