-- Money that had gone (unapply_payment) and has come back, by a dispute that was won or a refund that failed, pays its
-- order again, as far as the order still waits for money. Otherwise it stays unapplied, and waits for support
-- (leave_to_support).
-- Callers:   settle_disputes, which reads the ledger past its policies.
-- Locks:     those of sales.apply_payment and cancel_open_payments. The caller holds order and payment.
CREATE OR REPLACE FUNCTION payments.apply_again(payment_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_payment payments.payments;
    v_order   sales.orders;
    v_amount  bigint;
BEGIN
    SELECT * INTO STRICT v_payment FROM payments.payments AS p WHERE p.id = apply_again.payment_id;
    v_amount := payments.unapplied_rest(v_payment.id);
    IF v_amount <= 0 OR v_payment.order_id IS NULL THEN
        RETURN;
    END IF;
    -- A surplus, whose refund failed, never was the order's.
    SELECT least(v_amount, coalesce(sum(CASE t.kind WHEN 'payment_unapplied' THEN t.amount ELSE -t.amount END), 0))
    INTO STRICT v_amount
    FROM ledger.transfers AS t
    WHERE t.order_id = v_payment.order_id AND t.payment_id = v_payment.id
      AND t.kind IN ('payment_unapplied', 'payment_reapplied');
    SELECT * INTO STRICT v_order FROM sales.orders AS o WHERE o.id = v_payment.order_id;
    IF v_amount <= 0 OR v_order.status <> 'pending' THEN
        RETURN;
    END IF;
    v_amount := sales.apply_payment(v_order.id, v_amount);
    UPDATE payments.payments AS p SET amount_applied = p.amount_applied + v_amount, version = p.version + 1
    WHERE p.id = v_payment.id;
    PERFORM ledger.post_transfer(ledger.open_account('unapplied', v_payment.captured_currency),
                                 ledger.open_account('sales', v_payment.captured_currency),
                                 v_amount, 'payment_reapplied', order_id => v_order.id, payment_id => v_payment.id);
    SELECT * INTO STRICT v_order FROM sales.orders AS o WHERE o.id = v_order.id;
    IF v_order.status = 'paid' THEN
        PERFORM payments.cancel_open_payments(v_order.id);
        IF v_order.fulfilment_status = 'not_needed' THEN
            PERFORM fulfilment.advance_order(v_order.id);
        END IF;
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION payments.apply_again TO store_api;
