-- The payer has done their part and a bank takes its time: a debit, a transfer, a voucher. The attempt and its order,
-- with its stock, wait as long as such a method may take. Monotone: only failed and completed come after it. An order
-- that had expired is taken up again while its products are still in stock.
-- Callers:   api.receive_gateway_event.
-- Returns:   whether anything changed.
-- Locks:     order, stock in product order (of an expired order), payment.
CREATE OR REPLACE FUNCTION payments.mark_payment_processing(payment_id uuid, charge_reference text DEFAULT NULL)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_payment payments.payments;
    v_order   sales.orders;
    v_until   timestamptz;
BEGIN
    v_payment := payments.lock_payment(mark_payment_processing.payment_id);
    IF NOT EXISTS (SELECT FROM payments.payment_transitions AS t
                   WHERE t.from_status = v_payment.status AND t.to_status = 'processing') THEN
        RETURN false;
    END IF;
    SELECT now() + s.delayed_payment_time_to_live INTO STRICT v_until FROM sales.settings AS s;
    UPDATE payments.payments AS p
    SET status = 'processing', expires_at = v_until, failure_code = NULL, version = p.version + 1,
        charge_reference = coalesce(p.charge_reference, mark_payment_processing.charge_reference)
    WHERE p.id = v_payment.id;
    PERFORM messaging.record_event('payment.processing', v_payment.order_id, v_payment.account_id,
                                   payments.payment_data(v_payment, 'processing'));
    SELECT * INTO v_order FROM sales.orders AS o WHERE o.id = v_payment.order_id;
    IF v_order.status = 'pending'
       OR v_order.status = 'cancelled' AND v_order.cancel_reason = 'expired' AND v_order.amount_paid = 0
          AND v_payment.amount = v_order.total AND sales.reserve_again(v_order.id)
    THEN
        UPDATE sales.orders AS o
        SET status = 'pending', cancel_reason = NULL, expires_at = greatest(o.expires_at, v_until),
            version = o.version + 1
        WHERE o.id = v_order.id;
        IF v_order.status = 'cancelled' THEN
            PERFORM messaging.record_event('order.taken_up', v_order.id, v_order.account_id,
                sales.order_data(v_order) || jsonb_build_object('status', 'pending'));
        END IF;
    END IF;
    RETURN true;
END $$;

COMMENT ON FUNCTION payments.mark_payment_processing IS
'Internal: the payer''s bank takes its time; payment, order and stock wait. Called for a callback, not by people.';
GRANT EXECUTE ON FUNCTION payments.mark_payment_processing TO store_api;
