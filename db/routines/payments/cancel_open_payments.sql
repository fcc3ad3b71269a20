-- Gives up every attempt of an order that could still be paid, and has each checkout closed at its gateway. Whoever paid in spite of it
-- gets the money back: a cancelled attempt may still complete.
-- Called by: mark_payment_completed (the order is paid), sales.cancel_order, whatever changes the total.
-- Locks:     the payments; the caller holds the order.
CREATE OR REPLACE FUNCTION payments.cancel_open_payments(order_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_payment_id uuid;
BEGIN
    FOR v_payment_id IN
        SELECT p.id FROM payments.payments AS p
        WHERE p.order_id = cancel_open_payments.order_id AND p.status IN ('initiated', 'open', 'authorized')
        ORDER BY p.id
    LOOP
        IF payments.mark_payment_failed(v_payment_id, 'cancelled') THEN
            PERFORM messaging.enqueue_job('close_checkout', jsonb_build_object('payment_id', v_payment_id));
        END IF;
    END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION payments.cancel_open_payments TO store_api;
