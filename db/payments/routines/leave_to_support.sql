-- Puts money that came back by a dispute, and that no order needs any more, where customer service looks for work: it
-- becomes a refund that failed (won_back), to be retried or settled in another way. It is not refunded at once, because
-- a person has to decide: the order was cancelled, or paid anew, while the payer's bank had the money. What waits
-- already is not added again.
-- Callers:   settle_disputes, which holds order and payment.
-- Locks:     those of record_refund and mark_refund_failed.
CREATE OR REPLACE FUNCTION payments.leave_to_support(payment_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_status     text;
    v_from_order bigint := 0;
    v_unapplied  bigint := payments.unapplied_rest(leave_to_support.payment_id);
    v_waiting    record;
BEGIN
    SELECT o.status INTO v_status
    FROM payments.payments AS p JOIN sales.orders AS o ON o.id = p.order_id WHERE p.id = leave_to_support.payment_id;
    IF v_status IS NULL THEN
        RETURN;    -- a deposit: the money is in the wallet again
    ELSIF v_status = 'cancelled' THEN
        v_from_order := payments.refundable_from_order(leave_to_support.payment_id);
    END IF;
    SELECT coalesce(sum(r.from_order), 0)::bigint AS from_order,
           coalesce(sum(r.amount - r.from_order), 0)::bigint AS unapplied
    INTO STRICT v_waiting
    FROM payments.refunds AS r
    WHERE r.payment_id = leave_to_support.payment_id AND NOT r.owed AND payments.waits_for_support(r.id);
    v_from_order := greatest(0, v_from_order - v_waiting.from_order);
    v_unapplied := greatest(0, v_unapplied - v_waiting.unapplied);
    IF v_from_order + v_unapplied > 0 THEN
        PERFORM payments.mark_refund_failed(
            payments.record_refund(leave_to_support.payment_id, v_from_order + v_unapplied, v_from_order,
                                   CASE v_status WHEN 'cancelled' THEN 'order_cancelled' ELSE 'duplicate_payment' END),
            'won_back');
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION payments.leave_to_support TO store_api;
