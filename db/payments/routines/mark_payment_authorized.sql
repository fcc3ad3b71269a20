-- The gateway has authorised the money but not captured it: the attempt, and its order if nothing else is missing, get
-- as much time as gateways give. Monotone. Money authorised for nothing (the attempt has ended, the order is not
-- waiting, the amount differs) is released.
-- Callers:   api.receive_gateway_event.
-- Returns:   whether anything changed.
-- Locks:     order, payment.
CREATE OR REPLACE FUNCTION payments.mark_payment_authorized(
    payment_id uuid, amount bigint, currency text, charge_reference text DEFAULT NULL
)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_payment payments.payments;
    v_order   sales.orders;
    v_until   timestamptz;
BEGIN
    SELECT o.* INTO v_order FROM sales.orders AS o
    WHERE o.id = (SELECT p.order_id FROM payments.payments AS p WHERE p.id = mark_payment_authorized.payment_id)
    FOR NO KEY UPDATE;
    SELECT * INTO STRICT v_payment
    FROM payments.payments AS p
    WHERE p.id = mark_payment_authorized.payment_id
    FOR NO KEY UPDATE;
    IF v_payment.status IN ('authorized', 'processing', 'completed') THEN
        RETURN false;
    END IF;
    IF v_payment.status NOT IN ('initiated', 'open') THEN
        PERFORM messaging.enqueue_job('close_checkout', jsonb_build_object('payment_id', v_payment.id));
        RETURN false;
    END IF;
    IF mark_payment_authorized.amount IS DISTINCT FROM v_payment.amount
       OR upper(mark_payment_authorized.currency) IS DISTINCT FROM v_payment.currency::text
        OR v_payment.purpose = 'order' AND v_order.status <> 'pending'
    THEN
        RETURN payments.give_up_payment(v_payment.id, 'cancelled');
    END IF;

    SELECT now() + s.authorization_time_to_live INTO STRICT v_until FROM sales.settings AS s;
    UPDATE payments.payments AS p
    SET status = 'authorized', expires_at = v_until, version = p.version + 1,
        charge_reference = coalesce(p.charge_reference, mark_payment_authorized.charge_reference)
    WHERE p.id = v_payment.id;
    IF v_payment.amount = v_order.total - v_order.amount_paid THEN
        UPDATE sales.orders AS o
        SET expires_at = greatest(o.expires_at, v_until), version = o.version + 1
        WHERE o.id = v_order.id;
    END IF;
    PERFORM messaging.record_event('payment.authorized', v_payment.order_id, v_payment.account_id,
                                   payments.payment_data(v_payment, 'authorized'));
    RETURN true;
END $$;

COMMENT ON FUNCTION payments.mark_payment_authorized IS
'Internal: the gateway has authorised the money of a payment. Called for its callback, not by people.';
GRANT EXECUTE ON FUNCTION payments.mark_payment_authorized TO store_api;
