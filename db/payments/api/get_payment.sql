-- One payment: customers see their own, staff see any.
-- Errors: payment_not_found 404.
CREATE FUNCTION api.get_payment(payment_id uuid)
RETURNS api.payment
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor   CONSTANT uuid := identity.authenticate();
    v_payment payments.payments;
BEGIN
    SELECT * INTO v_payment FROM payments.payments AS p WHERE p.id = get_payment.payment_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'payment_not_found',
            MESSAGE = 'There is no such payment.';
    END IF;
    RETURN api.render_payment(v_payment, v_actor);
END $$;

COMMENT ON FUNCTION api.get_payment IS
'A payment

`provider_reference` shows at most its last four characters. `checkout_url` is present while the payment is open.';

GRANT EXECUTE ON FUNCTION api.get_payment TO app_guest;
