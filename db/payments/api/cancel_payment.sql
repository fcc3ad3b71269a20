-- Cancels an unpaid attempt of the caller. The worker closes its checkout.
-- Locks:  the payment.
-- Errors: payment_not_found 404, payment_not_open 409.
CREATE FUNCTION api.cancel_payment(payment_id uuid)
RETURNS api.payment
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor   CONSTANT uuid := identity.authenticate();
    v_payment payments.payments;
BEGIN
    SELECT * INTO v_payment FROM payments.payments AS p
    WHERE p.id = cancel_payment.payment_id AND p.account_id = v_actor
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'payment_not_found',
            MESSAGE = 'There is no such payment.';
    END IF;
    IF v_payment.status NOT IN ('initiated', 'open', 'authorized') OR v_payment.capture_amount IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'payment_not_open',
            MESSAGE = CASE WHEN v_payment.capture_amount IS NULL THEN format('This payment is %s.', v_payment.status)
                           ELSE 'This payment is being captured.' END,
            HINT = 'Only an open payment can be cancelled.';
    END IF;

    PERFORM payments.give_up_payment(v_payment.id, 'cancelled');
    SELECT * INTO STRICT v_payment FROM payments.payments AS p WHERE p.id = v_payment.id;
    RETURN api.render_payment(v_payment, v_actor);
END $$;

COMMENT ON FUNCTION api.cancel_payment IS
'Cancel a payment

Possible while nothing has been paid. The order stays pending; begin another payment for it.';

GRANT EXECUTE ON FUNCTION api.cancel_payment TO app_guest;
