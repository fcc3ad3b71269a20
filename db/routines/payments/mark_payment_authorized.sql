-- The gateway holds the money for us and has not taken it. Monotone: not after an end.
-- Called by: api.receive_gateway_event.
-- Returns:   whether anything changed.
-- Locks:     the payment.
CREATE OR REPLACE FUNCTION payments.mark_payment_authorized(payment_id uuid)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_payment payments.payments;
BEGIN
    UPDATE payments.payments AS p SET status = 'authorized', version = p.version + 1
    WHERE p.id = mark_payment_authorized.payment_id AND p.status IN ('initiated', 'open')
    RETURNING p.* INTO v_payment;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM messaging.record_event('payment.authorized', v_payment.order_id, v_payment.account_id, jsonb_build_object('payment_id', v_payment.id));
    RETURN true;
END $$;

GRANT EXECUTE ON FUNCTION payments.mark_payment_authorized TO store_api;
