-- For analysts (app_readonly). A security barrier: no function of the reader sees a row or value before it is masked or
-- removed.
CREATE OR REPLACE VIEW report.v_ledger_safe WITH (security_barrier) AS
SELECT t.id AS transfer_id, t.kind, t.phase, t.pending_id, t.amount, t.currency, d.kind AS debit_kind,
       d.owner_id AS debit_owner, c.kind AS credit_kind, c.owner_id AS credit_owner, t.order_id, t.payment_id,
       t.refund_id, t.created_at, x.minor_units AS currency_exponent
FROM ledger.transfers AS t
JOIN ledger.accounts AS d ON d.id = t.debit_account
JOIN ledger.accounts AS c ON c.id = t.credit_account
LEFT JOIN catalog.currencies AS x ON x.code = t.currency;

COMMENT ON VIEW report.v_ledger_safe IS
'Every transfer of the ledger, with the kinds and owners of its accounts. The debit account pays the credit account.
Amounts in minor units.';
COMMENT ON COLUMN report.v_ledger_safe.transfer_id IS 'The transfer.';
COMMENT ON COLUMN report.v_ledger_safe.kind IS 'What moved the money.';
COMMENT ON COLUMN report.v_ledger_safe.phase IS 'posted at once; or pending, and later post or void.';
COMMENT ON COLUMN report.v_ledger_safe.pending_id IS 'Of post and void: the pending transfer; otherwise null.';
COMMENT ON COLUMN report.v_ledger_safe.amount IS 'Minor units.';
COMMENT ON COLUMN report.v_ledger_safe.currency IS 'ISO 4217.';
COMMENT ON COLUMN report.v_ledger_safe.debit_kind IS 'The kind of account that pays.';
COMMENT ON COLUMN report.v_ledger_safe.debit_owner IS 'Whose account pays; null: the shop''s.';
COMMENT ON COLUMN report.v_ledger_safe.credit_kind IS 'The kind of account that receives.';
COMMENT ON COLUMN report.v_ledger_safe.credit_owner IS 'Whose account receives; null: the shop''s.';
COMMENT ON COLUMN report.v_ledger_safe.order_id IS 'The order, if it is about one.';
COMMENT ON COLUMN report.v_ledger_safe.payment_id IS 'The payment, if it is about one.';
COMMENT ON COLUMN report.v_ledger_safe.refund_id IS 'The refund, if it is about one.';
COMMENT ON COLUMN report.v_ledger_safe.created_at IS 'When it was made.';
COMMENT ON COLUMN report.v_ledger_safe.currency_exponent IS
'How many digits minor units are: amount / 10 ^ currency_exponent is in whole units.';
GRANT SELECT ON report.v_ledger_safe TO app_readonly;
