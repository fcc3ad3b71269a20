-- Brings the ledger in line with a payment's disputes: an open dispute holds the merchants' shares (or the wallet that
-- a deposit filled), a won one releases them, a lost one is a refund that the gateway has made. What can no longer be
-- taken back is the shop's loss. Idempotent.
-- Callers:   receive_dispute_event; mark_payment_completed, for a dispute that was reported before its payment.
-- Locks:     merchants' earnings, the wallet, those of record_refund. The caller holds order and payment.
CREATE OR REPLACE FUNCTION payments.settle_disputes(payment_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_dispute    payments.disputes;
    v_payment    payments.payments;
    v_amount     bigint;
    v_refundable bigint;
    v_refund_id  uuid;
BEGIN
    FOR v_dispute IN
        SELECT d.*
        FROM payments.disputes AS d
        WHERE d.payment_id = settle_disputes.payment_id AND d.settled_at IS NULL
        ORDER BY d.id
    LOOP
        SELECT * INTO STRICT v_payment FROM payments.payments AS p WHERE p.id = v_dispute.payment_id;
        CONTINUE WHEN v_payment.status <> 'completed';
        IF v_dispute.status = 'open' THEN
            PERFORM payments.freeze_shares(v_dispute.id);
            CONTINUE;
        END IF;

        PERFORM ledger.void_hold(h.transfer_id) FROM payments.dispute_holds AS h WHERE h.dispute_id = v_dispute.id;
        v_refund_id := NULL;
        IF v_dispute.status = 'lost' THEN
            v_refundable := v_payment.amount_captured - v_payment.amount_refunded;
            v_amount := least(v_dispute.amount, v_refundable);
            IF v_payment.purpose = 'deposit' THEN
                v_amount := least(v_amount, ledger.lock_available(
                    ledger.open_account('wallet', v_payment.captured_currency, owner_id => v_payment.account_id)));
            END IF;
            IF v_amount > 0 THEN
                v_refund_id := payments.record_refund(v_payment.id, v_amount,
                    greatest(0, v_amount - (v_refundable - payments.refundable_from_order(v_payment.id))),
                    'dispute_lost');
                PERFORM payments.mark_refund_completed(v_refund_id, v_dispute.case_reference);
            END IF;
            IF v_dispute.amount > v_amount THEN
                PERFORM ledger.post_transfer(ledger.open_account('disputes', v_payment.captured_currency),
                    payments.open_source_account(v_payment.provider, v_payment.captured_currency, v_payment.account_id),
                    v_dispute.amount - v_amount, 'dispute_loss', order_id => v_payment.order_id,
                    payment_id => v_payment.id);
            END IF;
        END IF;
        UPDATE payments.disputes AS d SET settled_at = now(), refund_id = v_refund_id WHERE d.id = v_dispute.id;
    END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION payments.settle_disputes TO store_api;
