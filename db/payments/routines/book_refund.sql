-- Books the money of a refund in the ledger and, unless the order has given it back before, takes back the merchants'
-- shares of it. `target` is the account that the money goes to.
-- Callers:   mark_refund_completed, settle_refund.
-- Locks:     merchants' earnings, the payer's ledger account. The caller holds the order (of a deposit: the payment).
CREATE OR REPLACE FUNCTION payments.book_refund(refund_id uuid, target uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_refund    payments.refunds;
    v_payment   payments.payments;
    v_unapplied bigint;
BEGIN
    SELECT * INTO STRICT v_refund FROM payments.refunds AS r WHERE r.id = book_refund.refund_id;
    SELECT * INTO STRICT v_payment FROM payments.payments AS p WHERE p.id = v_refund.payment_id;
    v_unapplied := CASE WHEN v_refund.owed THEN v_refund.amount ELSE v_refund.amount - v_refund.from_order END;
    IF v_refund.amount > v_unapplied AND v_payment.purpose = 'order' THEN
        PERFORM sales.return_shares(v_refund.id);
        PERFORM ledger.post_transfer(ledger.open_account('sales', v_payment.captured_currency), book_refund.target,
                                     v_refund.from_order, 'refund', order_id => v_refund.order_id,
                                     payment_id => v_payment.id, refund_id => v_refund.id);
    ELSIF v_refund.amount > v_unapplied THEN
        PERFORM ledger.post_hold(v_refund.hold_id);
    END IF;
    IF v_unapplied > 0 THEN
        PERFORM ledger.post_transfer(ledger.open_account('unapplied', v_payment.captured_currency), book_refund.target,
            v_unapplied, 'refund_unapplied',
            order_id => v_refund.order_id, payment_id => v_payment.id, refund_id => v_refund.id);
    END IF;
    -- A refund that came back and is made again has only one credit note.
    IF v_refund.from_order > 0 AND v_payment.purpose = 'order' AND v_refund.completed_at IS NULL THEN
        PERFORM messaging.enqueue_job('issue_credit_note', jsonb_build_object('refund_id', v_refund.id))
        FROM sales.orders AS o
        WHERE o.id = v_refund.order_id AND o.paid_at IS NOT NULL AND NOT payments.was_credited(v_refund.retry_of);
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION payments.book_refund TO store_api;
