-- For a merchant's own SQL role. A security barrier: no function of the reader sees a row or value before it is masked
-- or removed.
CREATE OR REPLACE VIEW report.my_payouts WITH (security_barrier) AS
SELECT p.id AS payout_id, p.status, p.amount, p.currency,
       payments.mask_reference(p.provider_reference) AS provider_reference, p.failure_code, p.created_at,
       p.completed_at
FROM payments.payouts AS p
WHERE p.source = 'earnings' AND p.account_id = (SELECT identity.sql_account());

COMMENT ON VIEW report.my_payouts IS 'Your payouts.';
GRANT SELECT ON report.my_payouts TO app_merchant_sql;
