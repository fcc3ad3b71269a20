-- Ends an attempt that could still be paid (as cancelled, expired or failed) and has its checkout closed at the
-- gateway: now, and again a day later, since not every gateway can close one. If the customer pays nevertheless, the
-- attempt may still complete: the customer gets the goods or the money back.
-- Callers:   cancel_open_payments, mark_payment_authorized, fulfilment.complete_booking, fulfilment.set_status,
--            api.cancel_payment, api.void_payment, api.expire_payments.
-- Returns:   whether anything changed.
-- Locks:     the payment.
CREATE OR REPLACE FUNCTION payments.give_up_payment(payment_id uuid, status text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT payments.mark_payment_failed(give_up_payment.payment_id, give_up_payment.status,
                                        CASE give_up_payment.status WHEN 'failed' THEN 'timed_out' END) THEN
        RETURN false;
    END IF;
    PERFORM messaging.enqueue_job('close_checkout', jsonb_build_object('payment_id', p.id), now() + w.pause)
    FROM payments.payments AS p
    JOIN payments.providers AS v ON v.name = p.provider AND v.kind = 'gateway'
    CROSS JOIN (VALUES (interval '0'), (interval '1 day')) AS w (pause)
    WHERE p.id = give_up_payment.payment_id;
    RETURN true;
END $$;

GRANT EXECUTE ON FUNCTION payments.give_up_payment TO store_api;
