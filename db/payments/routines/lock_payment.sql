-- Locks a payment and, before it, its order.
-- Callers:   adopt_refund, receive_refund_event, receive_dispute_event, api.create_refund, api.capture_payment,
--            api.void_payment, api.confirm_payment, ledger.lock_pending_credit_change.
-- Locks:     order, payment.
-- Errors:    payment_not_found 404.
CREATE OR REPLACE FUNCTION payments.lock_payment(payment_id uuid)
RETURNS payments.payments
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_payment payments.payments;
BEGIN
    PERFORM FROM sales.orders AS o
    WHERE o.id = (SELECT p.order_id FROM payments.payments AS p WHERE p.id = lock_payment.payment_id)
    FOR NO KEY UPDATE;
    SELECT * INTO v_payment FROM payments.payments AS p WHERE p.id = lock_payment.payment_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'payment_not_found',
            MESSAGE = 'There is no such payment.';
    END IF;
    RETURN v_payment;
END $$;

GRANT EXECUTE ON FUNCTION payments.lock_payment TO store_api;
