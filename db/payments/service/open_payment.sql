-- Stores the reference and address of the session that the gateway opened for an attempt, and completes the stored
-- answer for repeated requests. Idempotent. An attempt that was cancelled meanwhile stays so, and its session is
-- closed.
-- Callers:   the web tier.
-- Locks:     the payment.
-- Errors:    payment_not_found 404, provider_not_available 422.
CREATE FUNCTION api.open_payment(payment_id uuid, provider_reference text, checkout_url text)
RETURNS api.payment_answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_payment  payments.payments;
    v_rendered api.payment;
    v_answer   api.payment_answer;
BEGIN
    PERFORM identity.authenticate_service('gateway');
    SELECT * INTO v_payment FROM payments.payments AS p WHERE p.id = open_payment.payment_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'payment_not_found',
            MESSAGE = 'There is no such payment.';
    END IF;
    PERFORM payments.require_gateway(v_payment.provider);

    IF v_payment.status = 'initiated' THEN
        UPDATE payments.payments AS p
        SET status = 'open', provider_reference = open_payment.provider_reference,
            checkout_url = open_payment.checkout_url, version = p.version + 1
        WHERE p.id = v_payment.id
        RETURNING p.* INTO v_payment;
        PERFORM messaging.record_event('payment.opened', v_payment.order_id, v_payment.account_id,
                                       payments.payment_data(v_payment, v_payment.status));
    ELSIF v_payment.provider_reference IS NULL THEN
        UPDATE payments.payments AS p SET provider_reference = open_payment.provider_reference, version = p.version + 1
        WHERE p.id = v_payment.id
        RETURNING p.* INTO v_payment;
        IF v_payment.status IN ('cancelled', 'expired') THEN
            PERFORM messaging.enqueue_job('close_checkout', jsonb_build_object('payment_id', v_payment.id));
        END IF;
    END IF;

    -- The web tier relays this answer to the payer.
    v_rendered := api.render_payment(v_payment, v_payment.account_id);
    v_answer := ROW(v_rendered, v_rendered.checkout_url)::api.payment_answer;
    IF v_payment.request_key IS NOT NULL THEN
        PERFORM messaging.complete_answer(v_payment.request_key, to_json(v_answer)::text);
    END IF;
    RETURN v_answer;
END $$;

COMMENT ON FUNCTION api.open_payment IS
'Store the session of a gateway

For the gateway service, after it opened a checkout for an attempt.';

GRANT EXECUTE ON FUNCTION api.open_payment TO app_gateway;
