-- For analysts (app_readonly). A security barrier: no function of the reader sees a row or value before it is masked or
-- removed.
CREATE OR REPLACE VIEW report.v_ledger_safe WITH (security_barrier) AS
SELECT t.id AS transfer_id, t.kind, t.phase, t.pending_id, t.amount, t.currency, d.kind AS debit_kind,
       d.owner_id AS debit_owner, c.kind AS credit_kind, c.owner_id AS credit_owner, t.order_id, t.payment_id,
       t.refund_id, t.created_at
FROM ledger.transfers AS t
JOIN ledger.accounts AS d ON d.id = t.debit_account
JOIN ledger.accounts AS c ON c.id = t.credit_account;

COMMENT ON VIEW report.v_ledger_safe IS
'Every transfer of the ledger, with the kinds and owners of its accounts. The debit account pays the credit account.
Amounts in minor units.';
GRANT SELECT ON report.v_ledger_safe TO app_readonly;
