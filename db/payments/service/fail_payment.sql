-- Records that the gateway refused to open a session, permanently. An attempt with an open session is not ended so:
-- what becomes of it is the gateway's to report (receive_gateway_event).
-- Callers:   the web tier.
-- Locks:     the payment.
-- Errors:    provider_not_available 422.
CREATE FUNCTION api.fail_payment(payment_id uuid, failure_code text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_payment payments.payments;
BEGIN
    PERFORM identity.authenticate_service('gateway');
    SELECT * INTO v_payment FROM payments.payments AS p WHERE p.id = fail_payment.payment_id FOR NO KEY UPDATE;
    IF NOT FOUND OR v_payment.status <> 'initiated' THEN
        RETURN false;
    END IF;
    PERFORM payments.require_gateway(v_payment.provider);
    RETURN payments.mark_payment_failed(fail_payment.payment_id, 'failed', fail_payment.failure_code);
END $$;

COMMENT ON FUNCTION api.fail_payment IS
'Record that a gateway refused an attempt

For the gateway service. The order stays pending.';

GRANT EXECUTE ON FUNCTION api.fail_payment TO app_gateway;
