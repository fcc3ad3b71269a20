-- Settles a failed refund in another way: books it against the bank or the till, or into the payer's wallet or credit.
-- Callers:   api.settle_refund, ledger.approve_credit_change.
-- Locks:     order (of a deposit: payment), refund, order lines, merchants' earnings, the payer's ledger account.
-- Errors:    refund_not_found 404; those of require_failed; payment_disputed 409, refund_above_payment 409,
--            refund_above_line 409, insufficient_funds 409 (a spent deposit).
CREATE OR REPLACE FUNCTION payments.settle_refund(refund_id uuid, method text, reference text)
RETURNS payments.refunds
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_refund  payments.refunds := payments.lock_refund(settle_refund.refund_id);
    v_payment payments.payments;
    v_target  uuid;
BEGIN
    PERFORM payments.require_failed(v_refund);
    PERFORM payments.require_refundable(v_refund.payment_id);    -- the gateway may give the money back by a dispute
    SELECT * INTO STRICT v_payment FROM payments.payments AS p WHERE p.id = v_refund.payment_id;
    v_target := CASE settle_refund.method
        WHEN 'bank_transfer' THEN ledger.open_account('clearing', v_payment.captured_currency, 'bank_transfer')
        WHEN 'cash' THEN ledger.open_account('clearing', v_payment.captured_currency, 'cash_on_delivery')
        ELSE ledger.open_account(settle_refund.method, v_payment.captured_currency, owner_id => v_payment.account_id)
    END;

    IF NOT v_refund.owed THEN    -- it gave its amount back to the payment when it failed
        PERFORM payments.require_rest(v_payment.id, v_refund.amount - v_refund.from_order);
        UPDATE payments.payments AS p
        SET amount_refunded = p.amount_refunded + v_refund.amount, version = p.version + 1
        WHERE p.id = v_payment.id;
        IF v_refund.order_id IS NOT NULL AND v_refund.from_order > 0 THEN
            PERFORM payments.count_refund(v_refund.id, 1);
        ELSIF v_refund.from_order > 0 THEN
            UPDATE payments.refunds AS r
            SET hold_id = ledger.hold_amount(
                ledger.open_account('wallet', v_payment.captured_currency, owner_id => v_payment.account_id), v_target,
                v_refund.from_order, 'deposit_refund', payment_id => v_payment.id, refund_id => v_refund.id)
            WHERE r.id = v_refund.id;
        END IF;
    END IF;
    PERFORM payments.book_refund(v_refund.id, v_target);
    UPDATE payments.refunds AS r
    SET status = 'completed', completed_at = coalesce(r.completed_at, now()), failure_code = NULL, owed = false,
        settled_by = settle_refund.method, settled_reference = settle_refund.reference
    WHERE r.id = v_refund.id
    RETURNING r.* INTO v_refund;
    PERFORM messaging.record_event('refund.completed', v_refund.order_id, v_refund.account_id, payments.refund_data(
        v_refund.id, v_payment.id, 'completed', v_refund.amount, v_payment.captured_currency, v_refund.reason,
        settled_by => v_refund.settled_by));
    RETURN v_refund;
END $$;

GRANT EXECUTE ON FUNCTION payments.settle_refund TO store_api;
