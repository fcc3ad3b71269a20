-- Settles a failed refund in another way: the money goes by bank transfer or in cash, which a person has done, or into
-- the payer's wallet or credit, which happens here. Staff do not settle refunds to their own account.
-- Locks:  order (of a deposit: payment), refund, order lines, merchants' earnings, the payer's ledger account.
-- Errors: confirmation_required 403; refund_not_found 404, own_account_refused 403, refund_not_failed 409,
--         refund_reversed 409, refund_retried_twice 409, payment_disputed 409, refund_above_payment 409,
--         refund_above_line 409, insufficient_funds 409 (a spent deposit).
CREATE FUNCTION api.settle_refund(refund_id uuid, method api.settlement_method, reference api.short_text)
RETURNS api.refund
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor   CONSTANT uuid := identity.authenticate();
    v_refund  payments.refunds;
    v_payment payments.payments;
    v_target  uuid;
BEGIN
    PERFORM identity.require_fresh();
    v_refund := payments.lock_refund(settle_refund.refund_id);
    IF v_refund.account_id = v_actor THEN
        RAISE EXCEPTION USING ERRCODE = 'SH403', CONSTRAINT = 'own_account_refused',
            MESSAGE = 'This is a refund to your own account.', HINT = 'Ask another member of staff to settle it.';
    ELSIF v_refund.status <> 'failed' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'refund_not_failed',
            MESSAGE = format('This refund is %s.', v_refund.status),
            HINT = 'Only a failed refund can be settled in another way.';
    ELSIF payments.was_reversed(v_refund.id) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'refund_reversed',
            MESSAGE = 'The dispute of this refund was won back: its money belongs to the shop.',
            HINT = 'Refund the payment.';
    ELSIF EXISTS (SELECT FROM payments.refunds AS r WHERE r.retry_of = v_refund.id) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'refund_retried_twice',
            MESSAGE = 'This refund has already been retried.', HINT = 'Settle the newer refund.';
    END IF;
    PERFORM payments.require_refundable(v_refund.payment_id);    -- the gateway may give the money back by a dispute
    SELECT * INTO STRICT v_payment FROM payments.payments AS p WHERE p.id = v_refund.payment_id;
    v_target := CASE settle_refund.method
        WHEN 'bank_transfer' THEN ledger.open_account('clearing', v_payment.captured_currency, 'bank_transfer')
        WHEN 'cash' THEN ledger.open_account('clearing', v_payment.captured_currency, 'cash_on_delivery')
        ELSE ledger.open_account(settle_refund.method, v_payment.captured_currency, owner_id => v_payment.account_id)
    END;

    IF NOT v_refund.owed THEN    -- it gave its amount back to the payment when it failed
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
    PERFORM messaging.record_event('refund.completed', v_refund.order_id, v_refund.account_id, jsonb_build_object(
        'refund_id', v_refund.id, 'payment_id', v_payment.id, 'amount', v_refund.amount,
        'currency', v_payment.captured_currency, 'settled_by', v_refund.settled_by));
    RETURN api.render_refund(v_refund);
END $$;

COMMENT ON FUNCTION api.settle_refund IS
'Settle a failed refund in another way

For a refund that failed or that the payer''s bank sent back. `wallet` and `credit` book the money there at once; for
`bank_transfer` and `cash`, send or hand over the money first. `reference` is that of the bank or the receipt.';

GRANT EXECUTE ON FUNCTION api.settle_refund TO app_support;
