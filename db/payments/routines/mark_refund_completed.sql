-- Books a refund that was made, and takes back the merchants' shares of it. Idempotent and monotone: a failed refund
-- stays failed.
-- Callers:   request_refund (wallet, credit), receive_refund_event, take_dispute, api.complete_refund,
--            api.confirm_refund, ledger.approve_credit_change.
-- Returns:   whether anything changed.
-- Locks:     order (of a deposit: payment), refund, merchants' earnings, the payer's ledger account. The first lock
--            protects the refund.
-- Errors:    refund_not_found 404.
CREATE OR REPLACE FUNCTION payments.mark_refund_completed(refund_id uuid, provider_reference text DEFAULT NULL)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_refund  payments.refunds;
    v_payment payments.payments;
BEGIN
    v_refund := payments.lock_refund(mark_refund_completed.refund_id);
    IF v_refund.status <> 'pending' THEN
        RETURN false;
    END IF;
    SELECT * INTO STRICT v_payment FROM payments.payments AS p WHERE p.id = v_refund.payment_id;
    PERFORM payments.book_refund(v_refund.id,
        payments.open_source_account(v_payment.provider, v_payment.captured_currency, v_payment.account_id));
    UPDATE payments.refunds AS r
    SET status = 'completed', completed_at = now(), owed = false,
        provider_reference = coalesce(mark_refund_completed.provider_reference, r.provider_reference)
    WHERE r.id = v_refund.id;
    PERFORM messaging.record_event('refund.completed', v_refund.order_id, v_refund.account_id, payments.refund_data(
        v_refund.id, v_payment.id, 'completed', v_refund.amount, v_payment.captured_currency, v_refund.reason));
    RETURN true;
END $$;

COMMENT ON FUNCTION payments.mark_refund_completed IS
'Internal: books a refund that was made. Customer service reports one by hand with api.confirm_refund.';
GRANT EXECUTE ON FUNCTION payments.mark_refund_completed TO store_api;
