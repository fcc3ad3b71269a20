-- For analysts (app_readonly). A security barrier: no function of the reader sees a row or value before it is masked or
-- removed.
CREATE OR REPLACE VIEW report.v_refunds_safe WITH (security_barrier) AS
SELECT r.id AS refund_id, r.payment_id, r.order_id, r.account_id, r.status, r.amount, r.from_order, r.reason,
       payments.mask_reference(r.provider_reference) AS provider_reference, r.failure_code, r.retry_of, r.created_at,
       r.completed_at, coalesce(p.captured_currency, p.currency) AS currency,
       x.minor_units AS currency_exponent
FROM payments.refunds AS r
JOIN payments.payments AS p ON p.id = r.payment_id
LEFT JOIN catalog.currencies AS x ON x.code = coalesce(p.captured_currency, p.currency);

COMMENT ON VIEW report.v_refunds_safe IS 'Refunds; provider ids are masked as in v_payments_safe.';
COMMENT ON COLUMN report.v_refunds_safe.refund_id IS 'The refund.';
COMMENT ON COLUMN report.v_refunds_safe.payment_id IS 'The payment: report.v_payments_safe.';
COMMENT ON COLUMN report.v_refunds_safe.order_id IS 'The order; null: of a deposit.';
COMMENT ON COLUMN report.v_refunds_safe.account_id IS 'Who receives it: report.v_customers_safe.';
COMMENT ON COLUMN report.v_refunds_safe.status IS 'The status.';
COMMENT ON COLUMN report.v_refunds_safe.amount IS 'Minor units.';
COMMENT ON COLUMN report.v_refunds_safe.from_order IS 'Minor units: the part that the order had been credited with.';
COMMENT ON COLUMN report.v_refunds_safe.reason IS 'Why, as customer service wrote it.';
COMMENT ON COLUMN report.v_refunds_safe.provider_reference IS 'The provider''s id, masked; null until there is one.';
COMMENT ON COLUMN report.v_refunds_safe.failure_code IS 'Why it failed; null if it did not.';
COMMENT ON COLUMN report.v_refunds_safe.retry_of IS 'The failed refund that it repeats; null: none.';
COMMENT ON COLUMN report.v_refunds_safe.created_at IS 'When it was made.';
COMMENT ON COLUMN report.v_refunds_safe.completed_at IS 'When it ended with success; null until then.';
COMMENT ON COLUMN report.v_refunds_safe.currency IS 'ISO 4217: in which the payment was taken.';
COMMENT ON COLUMN report.v_refunds_safe.currency_exponent IS
'How many digits minor units are: amount / 10 ^ currency_exponent is in whole units.';
GRANT SELECT ON report.v_refunds_safe TO app_readonly;
