-- For analysts (app_readonly). A security barrier: no function of the reader sees a row or value before it is masked or
-- removed.
CREATE OR REPLACE VIEW report.v_payments_safe WITH (security_barrier) AS
SELECT p.id AS payment_id, p.order_id, p.purpose, p.account_id, p.provider, p.status, p.amount, p.currency,
       p.capture_method, p.amount_captured, p.captured_currency, p.amount_applied, p.amount_refunded,
       payments.mask_reference(p.provider_reference) AS provider_reference,
       payments.mask_reference(p.charge_reference) AS charge_reference, p.failure_code, p.created_at, p.completed_at,
       p.fee, p.fee_currency, identity.mask_email(a.email) AS email
FROM payments.payments AS p
JOIN identity.accounts AS a ON a.id = p.account_id;

COMMENT ON VIEW report.v_payments_safe IS
'Payments. Provider ids show their last four characters if they are longer than eight, otherwise nothing; the payer''s
e-mail is masked; the keys and addresses of checkouts are left out.';
GRANT SELECT ON report.v_payments_safe TO app_readonly;
