-- Voids an authorised payment; the worker calls the gateway.
-- Locks:  order, payment.
-- Errors: confirmation_required, own_account_refused 403; payment_not_found 404, payment_not_authorized 409,
--         capture_decided 409.
CREATE FUNCTION api.void_payment(payment_id uuid)
RETURNS api.payment
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor   CONSTANT uuid := identity.authenticate();
    v_payment payments.payments;
BEGIN
    PERFORM identity.require_fresh();
    v_payment := payments.lock_payment(void_payment.payment_id);
    PERFORM identity.refuse_own_account(v_payment.account_id);
    IF v_payment.status <> 'authorized' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'payment_not_authorized',
            MESSAGE = format('This payment is %s.', v_payment.status),
            HINT = 'Only an authorised payment can be voided.';
    END IF;
    IF v_payment.capture_amount IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'capture_decided',
            MESSAGE = 'This payment is being captured.',
            HINT = 'Refund it after it is completed.',
            DETAIL = json_build_object('amount', v_payment.capture_amount)::text;
    END IF;
    PERFORM payments.give_up_payment(v_payment.id, 'cancelled');
    SELECT * INTO STRICT v_payment FROM payments.payments AS p WHERE p.id = v_payment.id;
    RETURN api.render_payment(v_payment, v_actor);
END $$;

COMMENT ON FUNCTION api.void_payment IS
'Void an authorised payment

Releases the authorised money. The order stays pending; another payment can pay it.';

GRANT EXECUTE ON FUNCTION api.void_payment TO app_support;
