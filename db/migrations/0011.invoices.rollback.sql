DELETE FROM messaging.outbox WHERE kind IN ('issue_invoice', 'issue_credit_note') AND done_at IS NULL;
DROP TABLE billing.invoice_files, billing.invoice_items, billing.invoices, billing.series, billing.sellers;
DROP SCHEMA billing CASCADE;
