-- Records that the gateway refused to open a session, permanently.
-- Callers:   the web tier.
-- Locks:     the payment.
CREATE FUNCTION api.fail_payment(payment_id uuid, failure_code text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.authenticate_service('gateway');
    RETURN payments.mark_payment_failed(fail_payment.payment_id, 'failed', fail_payment.failure_code);
END $$;

COMMENT ON FUNCTION api.fail_payment IS
'Record that a gateway refused an attempt

For the gateway service. The order stays pending.';

GRANT EXECUTE ON FUNCTION api.fail_payment TO app_gateway;
