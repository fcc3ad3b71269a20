-- For a merchant's own SQL role. A security barrier: no function of the reader sees a row or value before it is masked
-- or removed.
CREATE OR REPLACE VIEW report.my_earnings WITH (security_barrier) AS
SELECT m.transfer_id, m.kind, m.amount, m.currency, m.order_id, m.created_at
FROM ledger.accounts AS a
CROSS JOIN LATERAL (
    SELECT t.id AS transfer_id, t.kind, t.amount, t.currency, t.order_id, t.created_at
    FROM ledger.transfers AS t WHERE t.credit_account = a.id AND t.phase IN ('posted', 'post')
    UNION ALL
    SELECT t.id, t.kind, -t.amount, t.currency, t.order_id, t.created_at
    FROM ledger.transfers AS t WHERE t.debit_account = a.id AND t.phase IN ('posted', 'post')
) AS m
WHERE a.kind = 'earnings' AND a.owner_id = (SELECT identity.sql_account());

COMMENT ON VIEW report.my_earnings IS
'Every transfer of your earnings: sales, refunds and payouts. Minor units; negative amounts left your earnings.';
COMMENT ON COLUMN report.my_earnings.transfer_id IS 'The transfer.';
COMMENT ON COLUMN report.my_earnings.kind IS 'What moved the money.';
COMMENT ON COLUMN report.my_earnings.amount IS 'Minor units; negative amounts left your earnings.';
COMMENT ON COLUMN report.my_earnings.currency IS 'ISO 4217.';
COMMENT ON COLUMN report.my_earnings.order_id IS 'The order, if it is about one.';
COMMENT ON COLUMN report.my_earnings.created_at IS 'When it was made.';
GRANT SELECT ON report.my_earnings TO app_merchant_sql;
