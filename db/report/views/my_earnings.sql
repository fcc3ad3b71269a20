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
GRANT SELECT ON report.my_earnings TO app_merchant_sql;
