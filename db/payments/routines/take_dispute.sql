-- Books what a lost dispute takes: a refund that the gateway has made and, for what is no longer refundable, the shop's
-- loss. Where the gateway has returned the money since, both are reversed.
-- Callers:   settle_disputes.
-- Locks:     those of record_refund and mark_refund_failed. The caller holds order and payment.
CREATE OR REPLACE FUNCTION payments.take_dispute(dispute_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_dispute    payments.disputes;
    v_payment    payments.payments;
    v_before     payments.refunds;
    v_taken      bigint := 0;       -- by the refund of before
    v_take       bigint;
    v_refundable bigint;
    v_amount     bigint;
    v_refund_id  uuid;
    v_source     uuid;
    v_loss       bigint;
BEGIN
    SELECT * INTO STRICT v_dispute FROM payments.disputes AS d WHERE d.id = take_dispute.dispute_id;
    v_take := CASE WHEN payments.dispute_takes(v_dispute.status) THEN payments.withdrawn_by_dispute(v_dispute.id)
                   ELSE 0 END;
    IF v_take = 0 AND v_dispute.refund_id IS NULL AND v_dispute.loss = 0 THEN
        RETURN;
    END IF;
    PERFORM payments.freeze_shares(v_dispute.id, 0);
    SELECT * INTO STRICT v_payment FROM payments.payments AS p WHERE p.id = v_dispute.payment_id;
    SELECT * INTO v_before FROM payments.refunds AS r WHERE r.id = v_dispute.refund_id;
    IF v_before.status = 'completed' THEN
        v_taken := v_before.amount;
    END IF;
    v_refundable := v_payment.amount_captured - v_payment.amount_refunded + v_taken;
    v_amount := least(v_take, v_refundable);
    IF v_payment.purpose = 'deposit' AND v_take = v_taken + v_dispute.loss THEN
        v_amount := v_taken;        -- what the wallet could not give once stays the shop's loss
    ELSIF v_payment.purpose = 'deposit' THEN
        v_amount := least(v_amount, v_taken + ledger.lock_available(
            ledger.open_account('wallet', v_payment.captured_currency, owner_id => v_payment.account_id)));
    END IF;

    IF v_amount <> v_taken THEN
        v_refund_id := v_dispute.refund_id;
        IF v_taken > 0 THEN
            PERFORM payments.mark_refund_failed(v_before.id, 'dispute_' || v_dispute.status, true, owed => false);
        END IF;
        IF v_amount > 0 THEN
            v_refund_id := payments.record_refund(v_payment.id, v_amount,
                greatest(0, v_amount - (v_refundable - payments.refundable_from_order(v_payment.id))), 'dispute_lost');
            PERFORM payments.mark_refund_completed(v_refund_id, v_dispute.case_reference);
        END IF;
        UPDATE payments.disputes AS d SET refund_id = v_refund_id WHERE d.id = v_dispute.id;
    END IF;

    v_loss := v_take - v_amount;
    IF v_loss <> v_dispute.loss THEN
        v_source := payments.open_source_account(v_payment.provider, v_payment.captured_currency,
                                                 v_payment.account_id);
        IF v_loss > v_dispute.loss THEN
            PERFORM ledger.post_transfer(ledger.open_account('disputes', v_payment.captured_currency), v_source,
                v_loss - v_dispute.loss, 'dispute_loss', order_id => v_payment.order_id, payment_id => v_payment.id);
        ELSE
            PERFORM ledger.post_transfer(v_source, ledger.open_account('disputes', v_payment.captured_currency),
                v_dispute.loss - v_loss, 'dispute_loss_reversed', order_id => v_payment.order_id,
                payment_id => v_payment.id);
        END IF;
        UPDATE payments.disputes AS d SET loss = v_loss WHERE d.id = v_dispute.id;
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION payments.take_dispute TO store_api;
