-- A payment as a client reads it: provider ids masked, the checkout's address only while it is open and only for the
-- account that pays, the instructions for a bank transfer while it is open. Not an endpoint.
-- Callers:   every endpoint that returns a payment.
CREATE FUNCTION api.render_payment(payment payments.payments, viewer uuid)
RETURNS api.payment
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN ROW(
    payment.id, payment.order_id, payment.purpose, payment.provider, payment.status, payment.amount,
    payment.currency::text, payment.capture_method, payment.amount_captured, payment.amount_refunded,
    payment.fee, payment.fee_currency::text,
    payments.mask_reference(payment.provider_reference),
    CASE WHEN payment.status = 'open' AND payment.account_id = viewer AND payment.expires_at > now()
         THEN payment.checkout_url END,
    payment.return_url,
    -- An open payment without a checkout is manual; others need no look-up.
    CASE WHEN payment.status = 'open' AND payment.checkout_url IS NULL
         THEN (SELECT ROW(s.iban, s.bic, coalesce(s.account_holder, s.name), t.reference, payment.amount,
                          payment.currency::text)::api.payment_instructions
               FROM payments.bank_transfers AS t JOIN billing.sellers AS s ON s.version = t.seller_version
               WHERE t.payment_id = payment.id) END,
    ROW(coalesce(payment.risk_level, 'unknown'), payment.risk_reason)::api.payment_risk, payment.failure_code,
    CASE WHEN payment.status IN ('initiated', 'open', 'authorized', 'processing') THEN payment.expires_at END,
    payment.version, payment.created_at,
    CASE WHEN payment.status = 'open' AND payment.checkout_url IS NULL
         THEN (SELECT c.id FROM ledger.credit_changes AS c
               WHERE c.payment_id = payment.id AND c.status = 'pending') END
)::api.payment;
