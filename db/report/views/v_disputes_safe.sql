-- For analysts (app_readonly). A security barrier: no function of the reader sees a row or value before it is masked or
-- removed.
CREATE OR REPLACE VIEW report.v_disputes_safe WITH (security_barrier) AS
SELECT d.id AS dispute_id, d.payment_id, d.provider,
       payments.mask_reference(d.case_reference) AS case_reference, d.status, d.amount, d.reason, d.created_at,
       d.closed_at, coalesce(p.captured_currency, p.currency) AS currency,
       x.minor_units AS currency_exponent
FROM payments.disputes AS d
JOIN payments.payments AS p ON p.id = d.payment_id
LEFT JOIN catalog.currencies AS x ON x.code = coalesce(p.captured_currency, p.currency);

COMMENT ON VIEW report.v_disputes_safe IS 'Disputes, with a masked id of the case at the provider.';
COMMENT ON COLUMN report.v_disputes_safe.dispute_id IS 'The dispute.';
COMMENT ON COLUMN report.v_disputes_safe.payment_id IS 'The payment: report.v_payments_safe.';
COMMENT ON COLUMN report.v_disputes_safe.provider IS 'The payment provider.';
COMMENT ON COLUMN report.v_disputes_safe.case_reference IS 'The provider''s id of the case, masked.';
COMMENT ON COLUMN report.v_disputes_safe.status IS 'The provider''s status.';
COMMENT ON COLUMN report.v_disputes_safe.amount IS 'Minor units.';
COMMENT ON COLUMN report.v_disputes_safe.reason IS 'The provider''s reason.';
COMMENT ON COLUMN report.v_disputes_safe.created_at IS 'When it was made.';
COMMENT ON COLUMN report.v_disputes_safe.closed_at IS 'When it ended; null until then.';
COMMENT ON COLUMN report.v_disputes_safe.currency IS 'ISO 4217: in which the payment was taken.';
COMMENT ON COLUMN report.v_disputes_safe.currency_exponent IS
'How many digits minor units are: amount / 10 ^ currency_exponent is in whole units.';
GRANT SELECT ON report.v_disputes_safe TO app_readonly;
