-- The money has gone back: books it, and takes the merchants' shares back with it. Idempotent. A refund that was reported as failed and went
-- through after all counts again, unless the money has been given back by another one since.
-- Called by: request_refund (wallet, credit), api.complete_refund, api.confirm_refund, api.receive_gateway_event, adopt_refund, settle_disputes.
-- Returns:   whether anything changed.
-- Errors:    refund_not_found 404.
-- Locks:     order (of a deposit: payment), refund, merchants' earnings, the payer's ledger account. A refund changes only under the first.
CREATE OR REPLACE FUNCTION payments.mark_refund_completed(refund_id uuid, provider_reference text DEFAULT NULL)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_refund  payments.refunds;
    v_payment payments.payments;
    v_source  uuid;
    v_wallet  uuid;
BEGIN
    v_refund := payments.lock_refund(mark_refund_completed.refund_id);
    SELECT * INTO STRICT v_payment FROM payments.payments AS p WHERE p.id = v_refund.payment_id;
    IF v_refund.status = 'completed' THEN
        RETURN false;
    END IF;
    IF v_refund.status = 'failed' THEN
        IF v_payment.amount_refunded + v_refund.amount > v_payment.amount_captured
            OR v_refund.from_order > payments.refundable_from_order(v_payment.id)
        THEN
            RETURN false;
        END IF;
        UPDATE payments.payments AS p SET amount_refunded = p.amount_refunded + v_refund.amount, version = p.version + 1
        WHERE p.id = v_payment.id;
        IF v_refund.from_order > 0 AND v_payment.purpose = 'order' THEN
            -- Another refund may have taken from its lines since: it takes what is left.
            DELETE FROM payments.refund_items AS i WHERE i.refund_id = v_refund.id;
            PERFORM payments.spread_refund(v_refund.id);
            PERFORM payments.count_refund(v_refund.id, 1);
        END IF;
    END IF;

    IF v_payment.purpose = 'order' AND v_refund.from_order > 0 THEN
        PERFORM sales.return_shares(v_refund.id);
    END IF;
    v_source := payments.open_source_account(v_payment.provider, v_payment.captured_currency, v_payment.account_id);
    IF v_refund.from_order > 0 AND v_payment.purpose = 'order' THEN
        PERFORM ledger.post_transfer(ledger.open_account('sales', v_payment.captured_currency), v_source, v_refund.from_order, 'refund',
            order_id => v_refund.order_id, payment_id => v_payment.id, refund_id => v_refund.id);
    ELSIF v_refund.from_order > 0 AND v_refund.status = 'pending' THEN
        PERFORM ledger.post_hold(v_refund.hold_id);
    ELSIF v_refund.from_order > 0 THEN
        -- The wallet may have been emptied in the meantime: the shop bears it then.
        v_wallet := ledger.open_account('wallet', v_payment.captured_currency, owner_id => v_payment.account_id);
        IF ledger.lock_available(v_wallet) < v_refund.from_order THEN
            v_wallet := ledger.open_account('disputes', v_payment.captured_currency);
        END IF;
        PERFORM ledger.post_transfer(v_wallet, v_source, v_refund.from_order, 'deposit_refund', payment_id => v_payment.id, refund_id => v_refund.id);
    END IF;
    IF v_refund.amount > v_refund.from_order THEN
        PERFORM ledger.post_transfer(ledger.open_account('unapplied', v_payment.captured_currency), v_source,
            v_refund.amount - v_refund.from_order, 'refund_unapplied',
            order_id => v_refund.order_id, payment_id => v_payment.id, refund_id => v_refund.id);
    END IF;

    UPDATE payments.refunds AS r
    SET status = 'completed', completed_at = now(), failure_code = NULL,
        provider_reference = coalesce(mark_refund_completed.provider_reference, r.provider_reference)
    WHERE r.id = v_refund.id;
    IF v_refund.from_order > 0 AND v_payment.purpose = 'order' THEN
        PERFORM messaging.enqueue_job('issue_credit_note', jsonb_build_object('refund_id', v_refund.id))
        FROM sales.orders AS o WHERE o.id = v_refund.order_id AND o.paid_at IS NOT NULL;
    END IF;
    PERFORM messaging.record_event('refund.completed', v_refund.order_id, v_refund.account_id, jsonb_build_object(
        'refund_id', v_refund.id, 'payment_id', v_payment.id, 'amount', v_refund.amount, 'currency', v_payment.captured_currency));
    RETURN true;
END $$;

GRANT EXECUTE ON FUNCTION payments.mark_refund_completed TO store_api;
