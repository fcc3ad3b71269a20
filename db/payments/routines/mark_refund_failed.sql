-- Records that a refund was refused, or that the payer's bank returned the money weeks later
-- (https://docs.stripe.com/refunds#failed-refunds). A refused one gives its amount back to the payment, which can be
-- refunded anew. One that came back stays counted: its credit note is out, and the goods may be back; the money waits
-- in the account unapplied until the refund is retried or settled, and nothing else has to wait for that. Money of a
-- deposit is in the wallet again. Idempotent. A completed refund fails only if the gateway itself says so (bounced),
-- not because of the answer to a repeated call; one that was settled in another way never does. What a lost dispute
-- took and a won one returns belongs to the shop again and is not owed (owed => false): all of it is reversed, and a
-- debit note cancels its credit note.
-- Callers:   api.fail_refund, receive_refund_event (bounced), adopt_refund, take_dispute (returned).
-- Returns:   whether anything changed.
-- Locks:     order (of a deposit: payment), payment, refund, wallet.
-- Errors:    refund_not_found 404.
CREATE OR REPLACE FUNCTION payments.mark_refund_failed(
    refund_id uuid, failure_code text, bounced boolean DEFAULT false, owed boolean DEFAULT true
)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_refund payments.refunds;
    v_owed   boolean;
BEGIN
    v_refund := payments.lock_refund(mark_refund_failed.refund_id);
    IF v_refund.status = 'failed' OR v_refund.settled_by IS NOT NULL
       OR v_refund.status = 'completed' AND NOT mark_refund_failed.bounced
    THEN
        RETURN false;
    END IF;

    v_owed := mark_refund_failed.owed
        AND (v_refund.owed
             OR v_refund.status = 'completed' AND v_refund.order_id IS NOT NULL AND v_refund.from_order > 0);
    UPDATE payments.refunds AS r
    SET status = 'failed', failure_code = mark_refund_failed.failure_code, owed = v_owed
    WHERE r.id = v_refund.id;
    IF v_refund.status = 'completed' AND v_owed THEN
        PERFORM ledger.keep_refund(v_refund.id);
    ELSIF v_refund.status = 'completed' THEN
        PERFORM ledger.reverse_refund(v_refund.id);
        PERFORM messaging.enqueue_job('issue_debit_note', jsonb_build_object('refund_id', v_refund.id))
        FROM sales.orders AS o
        WHERE o.id = v_refund.order_id AND o.paid_at IS NOT NULL AND v_refund.from_order > 0;
    ELSIF v_refund.hold_id IS NOT NULL THEN
        PERFORM ledger.void_hold(v_refund.hold_id);
    END IF;
    IF NOT v_owed THEN
        UPDATE payments.payments AS p SET amount_refunded = p.amount_refunded - v_refund.amount, version = p.version + 1
        WHERE p.id = v_refund.payment_id;
        IF v_refund.order_id IS NOT NULL AND v_refund.from_order > 0 THEN
            PERFORM payments.count_refund(v_refund.id, -1);
        END IF;
    END IF;
    PERFORM messaging.record_event('refund.failed', v_refund.order_id, v_refund.account_id, payments.refund_data(
        v_refund.id, v_refund.payment_id, 'failed', v_refund.amount, p.captured_currency, v_refund.reason,
        failure_code => mark_refund_failed.failure_code))
    FROM payments.payments AS p WHERE p.id = v_refund.payment_id;
    RETURN true;
END $$;

COMMENT ON FUNCTION payments.mark_refund_failed IS
'Internal: a refund could not be made, or came back from the bank.';
GRANT EXECUTE ON FUNCTION payments.mark_refund_failed TO store_api;
