-- Decides, once, how much of an authorised payment to capture, before the gateway is called. The web tier calls it at
-- once; the worker does if that fails.
-- Locks:  order, payment.
-- Errors: confirmation_required, own_account_refused 403; payment_not_found 404, payment_not_authorized 409,
--         capture_decided 409, capture_above_authorization 409, those of payments.require_payable 422.
CREATE FUNCTION api.capture_payment(payment_id uuid, amount api.amount DEFAULT NULL)
RETURNS api.payment
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor   CONSTANT uuid := identity.authenticate();
    v_payment payments.payments;
    v_amount  bigint;
BEGIN
    PERFORM identity.require_fresh();
    v_payment := payments.lock_payment(capture_payment.payment_id);
    PERFORM identity.refuse_own_account(v_payment.account_id);
    v_amount := coalesce(capture_payment.amount, v_payment.capture_amount, v_payment.amount);
    IF v_payment.status = 'completed' AND v_payment.capture_amount = v_amount THEN
        RETURN api.render_payment(v_payment, v_actor);    -- a repeated request
    END IF;
    IF v_payment.status <> 'authorized' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'payment_not_authorized',
            MESSAGE = format('This payment is %s.', v_payment.status),
            HINT = 'Only an authorised payment can be captured.';
    END IF;
    IF v_payment.capture_amount <> v_amount THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'capture_decided',
            MESSAGE = 'This payment is being captured with another amount.',
            DETAIL = json_build_object('amount', v_payment.capture_amount)::text;
    END IF;
    IF v_payment.capture_amount IS NULL THEN
        IF v_amount <= v_payment.amount THEN
            PERFORM payments.require_payable(v_payment.provider, v_payment.currency, v_amount);
        END IF;
        UPDATE payments.payments AS p SET capture_amount = v_amount, version = p.version + 1 WHERE p.id = v_payment.id
        RETURNING p.* INTO v_payment;
        PERFORM messaging.record_event('payment.capture_requested', v_payment.order_id, v_payment.account_id,
            payments.payment_data(v_payment, v_payment.status) || jsonb_build_object('amount', v_amount));
        PERFORM messaging.enqueue_job('capture_payment', jsonb_build_object('payment_id', v_payment.id),
                                      now() + interval '15 seconds');
    END IF;
    RETURN api.render_payment(v_payment, v_actor);
END $$;

COMMENT ON FUNCTION api.capture_payment IS
'Capture an authorised payment

Captures all of the authorised amount, or only `amount`: the gateway then releases the rest, and another payment can pay
what the order still lacks. The amount is decided once; a repeated request must ask for the same.';

GRANT EXECUTE ON FUNCTION api.capture_payment TO app_support;
