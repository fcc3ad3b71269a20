-- For analysts (app_readonly). A security barrier: no function of the reader sees a row or value before it is masked or
-- removed.
CREATE OR REPLACE VIEW report.v_payments_safe WITH (security_barrier) AS
SELECT p.id AS payment_id, p.order_id, p.purpose, p.account_id, p.provider, p.status, p.amount, p.currency,
       p.capture_method, p.amount_captured, p.captured_currency, p.amount_applied, p.amount_refunded,
       payments.mask_reference(p.provider_reference) AS provider_reference,
       payments.mask_reference(p.charge_reference) AS charge_reference, p.failure_code, p.created_at, p.completed_at,
       p.fee, p.fee_currency, identity.mask_email(a.email) AS email, c.minor_units AS currency_exponent,
       k.minor_units AS captured_currency_exponent, f.minor_units AS fee_currency_exponent
FROM payments.payments AS p
JOIN identity.accounts AS a ON a.id = p.account_id
LEFT JOIN catalog.currencies AS c ON c.code = p.currency
LEFT JOIN catalog.currencies AS k ON k.code = p.captured_currency
LEFT JOIN catalog.currencies AS f ON f.code = p.fee_currency;

COMMENT ON VIEW report.v_payments_safe IS
'Payments. Provider ids show their last four characters if they are longer than eight, otherwise nothing; the payer''s
e-mail is masked; the keys and addresses of checkouts are left out.';
COMMENT ON COLUMN report.v_payments_safe.payment_id IS 'The payment.';
COMMENT ON COLUMN report.v_payments_safe.order_id IS
'The order that it pays: report.v_orders_safe; null: a deposit into a wallet.';
COMMENT ON COLUMN report.v_payments_safe.purpose IS 'order or deposit.';
COMMENT ON COLUMN report.v_payments_safe.account_id IS 'Who pays: report.v_customers_safe.';
COMMENT ON COLUMN report.v_payments_safe.provider IS 'The payment provider.';
COMMENT ON COLUMN report.v_payments_safe.status IS 'The status.';
COMMENT ON COLUMN report.v_payments_safe.amount IS 'Minor units: what was asked for.';
COMMENT ON COLUMN report.v_payments_safe.currency IS 'ISO 4217.';
COMMENT ON COLUMN report.v_payments_safe.capture_method IS 'automatic, or manual: authorised first, and taken later.';
COMMENT ON COLUMN report.v_payments_safe.amount_captured IS 'Minor units of captured_currency: what the provider took.';
COMMENT ON COLUMN report.v_payments_safe.captured_currency IS 'ISO 4217; null until something is taken.';
COMMENT ON COLUMN report.v_payments_safe.amount_applied IS 'Minor units: what the order or wallet was credited with.';
COMMENT ON COLUMN report.v_payments_safe.amount_refunded IS 'Minor units, given back so far.';
COMMENT ON COLUMN report.v_payments_safe.provider_reference IS 'The provider''s id, masked.';
COMMENT ON COLUMN report.v_payments_safe.charge_reference IS 'The provider''s second id, masked.';
COMMENT ON COLUMN report.v_payments_safe.failure_code IS 'Why it failed; null if it did not.';
COMMENT ON COLUMN report.v_payments_safe.created_at IS 'When it was made.';
COMMENT ON COLUMN report.v_payments_safe.completed_at IS 'When it ended with success; null until then.';
COMMENT ON COLUMN report.v_payments_safe.fee IS
'Minor units of fee_currency: what the provider keeps; null while that is unknown.';
COMMENT ON COLUMN report.v_payments_safe.fee_currency IS 'ISO 4217; null while the fee is unknown.';
COMMENT ON COLUMN report.v_payments_safe.email IS 'Of the payer, masked.';
COMMENT ON COLUMN report.v_payments_safe.currency_exponent IS 'How many digits minor units of currency are.';
COMMENT ON COLUMN report.v_payments_safe.captured_currency_exponent IS
'How many digits minor units of captured_currency are.';
COMMENT ON COLUMN report.v_payments_safe.fee_currency_exponent IS 'How many digits minor units of fee_currency are.';
GRANT SELECT ON report.v_payments_safe TO app_readonly;
