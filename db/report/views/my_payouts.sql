-- For a merchant's own SQL role. A security barrier: no function of the reader sees a row or value before it is masked
-- or removed.
CREATE OR REPLACE VIEW report.my_payouts WITH (security_barrier) AS
SELECT p.id AS payout_id, p.status, p.amount, p.currency,
       payments.mask_reference(p.provider_reference) AS provider_reference, p.failure_code, p.created_at,
       p.completed_at
FROM payments.payouts AS p
WHERE p.source = 'earnings' AND p.account_id = (SELECT identity.sql_account());

COMMENT ON VIEW report.my_payouts IS 'Your payouts.';
COMMENT ON COLUMN report.my_payouts.payout_id IS 'The payout.';
COMMENT ON COLUMN report.my_payouts.status IS 'The status.';
COMMENT ON COLUMN report.my_payouts.amount IS 'Minor units.';
COMMENT ON COLUMN report.my_payouts.currency IS 'ISO 4217.';
COMMENT ON COLUMN report.my_payouts.provider_reference IS 'The bank''s reference, masked; null until there is one.';
COMMENT ON COLUMN report.my_payouts.failure_code IS 'Why it failed; null if it did not.';
COMMENT ON COLUMN report.my_payouts.created_at IS 'When it was made.';
COMMENT ON COLUMN report.my_payouts.completed_at IS 'When it ended with success; null until then.';
GRANT SELECT ON report.my_payouts TO app_merchant_sql;
