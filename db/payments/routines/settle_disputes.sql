-- Brings the ledger in line with a payment's disputes. What the gateway has withdrawn is held (the merchants' shares,
-- or the wallet that a deposit filled) until it is returned; a dispute that is lost takes it (take_dispute), one that
-- was prevented or stayed an inquiry holds nothing. Together they hold and take no more than is left of the payment.
-- What has come back pays an order that still waits for it; otherwise customer service decides (leave_to_support). Fees
-- are the shop's. Idempotent.
-- SECURITY DEFINER: customers do not see disputes, but when they cancel an order, what its dispute holds has to change.
-- Callers:   receive_dispute_event; mark_payment_completed, for a dispute that was reported before its payment; and
--            request_refund, receive_refund_event, api.fail_refund, which change what is left; sales.settle_order,
--            since from then on there are shares to hold.
-- Locks:     merchants' earnings, the wallet, those of take_dispute, apply_again and leave_to_support. The caller holds
--            the order and the payment.
CREATE OR REPLACE FUNCTION payments.settle_disputes(payment_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_payment    payments.payments;
    v_dispute    payments.disputes;
    v_withdrawn  bigint;
    v_before     bigint;
    v_left       bigint;
    v_from_order bigint;
    v_hold       bigint;
BEGIN
    SELECT * INTO STRICT v_payment FROM payments.payments AS p WHERE p.id = settle_disputes.payment_id;
    IF v_payment.status <> 'completed' THEN
        RETURN;
    END IF;
    FOR v_dispute IN
        UPDATE payments.disputes AS d SET payment_id = v_payment.id
        WHERE d.payment_id IS NULL
          AND d.provider = v_payment.provider
          AND d.charge_reference = v_payment.charge_reference
        RETURNING d.*
    LOOP
        PERFORM payments.record_dispute_event(v_dispute.id, true);
    END LOOP;

    v_before := v_payment.amount_captured - v_payment.amount_refunded;
    FOR v_dispute IN
        SELECT d.* FROM payments.disputes AS d WHERE d.payment_id = v_payment.id ORDER BY d.id
    LOOP
        PERFORM payments.book_dispute_fees(v_dispute.id);
        PERFORM payments.take_dispute(v_dispute.id);
    END LOOP;

    SELECT p.amount_captured - p.amount_refunded INTO STRICT v_left
    FROM payments.payments AS p WHERE p.id = v_payment.id;
    v_from_order := payments.refundable_from_order(v_payment.id);
    IF v_left > v_from_order THEN
        PERFORM payments.apply_again(v_payment.id);
        v_from_order := payments.refundable_from_order(v_payment.id);
    END IF;
    IF v_left > v_before THEN
        PERFORM payments.leave_to_support(v_payment.id);
    END IF;
    FOR v_dispute IN
        SELECT d.* FROM payments.disputes AS d WHERE d.payment_id = v_payment.id ORDER BY d.id
    LOOP
        v_withdrawn := payments.withdrawn_by_dispute(v_dispute.id);
        v_hold := CASE WHEN payments.dispute_takes(v_dispute.status)
                            OR v_dispute.status IN ('prevented', 'warning_closed') THEN 0
                       ELSE least(v_withdrawn, v_left) END;
        v_left := v_left - v_hold;
        -- Money that never belonged to the order counts first.
        PERFORM payments.freeze_shares(v_dispute.id, greatest(0, v_from_order - v_left));
        v_from_order := least(v_from_order, v_left);
        UPDATE payments.disputes AS d
        SET settled_at = CASE WHEN payments.dispute_has_ended(d.status) AND v_hold = 0 THEN now() END
        WHERE d.id = v_dispute.id
          AND (d.settled_at IS NULL) = (payments.dispute_has_ended(d.status) AND v_hold = 0);
    END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION payments.settle_disputes TO store_api;
