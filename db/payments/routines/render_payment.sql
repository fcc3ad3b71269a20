-- A payment as a client reads it: provider ids masked, the checkout's address only while it is open and only for the
-- account that pays. Not an endpoint.
-- Callers:   every endpoint that returns a payment.
CREATE FUNCTION api.render_payment(payment payments.payments, viewer uuid)
RETURNS api.payment
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN ROW(
    payment.id, payment.order_id, payment.purpose, payment.provider, payment.status, payment.amount,
    payment.currency::text, payment.capture_method, payment.amount_captured, payment.amount_refunded,
    payments.mask_reference(payment.provider_reference),
    CASE WHEN payment.status = 'open' AND payment.account_id = viewer AND payment.expires_at > now()
         THEN payment.checkout_url END,
    ROW(coalesce(payment.risk_level, 'unknown'), payment.risk_reason)::api.payment_risk, payment.failure_code,
    CASE WHEN payment.status IN ('initiated', 'open', 'authorized', 'processing') THEN payment.expires_at END,
    payment.version, payment.created_at
)::api.payment;
