-- The kind 'fees' stays in ledger.accounts: there may be such accounts, and another migration may have added it.
DROP TABLE payments.reconciliation_differences;
DROP TABLE payments.reconciliation_runs;
DROP TABLE payments.gateway_movements;
DROP TABLE payments.mock_books;
ALTER TABLE payments.providers DROP COLUMN in_books_within, DROP COLUMN reconcile_from;
ALTER TABLE payments.payments DROP COLUMN fee_currency, DROP COLUMN fee;
