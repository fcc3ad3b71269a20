-- Differences from the gateways' books: visible to staff and services. Who explained one, and how, is audited.
ALTER TABLE payments.reconciliation_differences ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS staff_only ON payments.reconciliation_differences;
CREATE POLICY staff_only ON payments.reconciliation_differences TO store_api USING ((SELECT identity.is_staff()));

REVOKE ALL ON payments.reconciliation_differences FROM store_api;
GRANT SELECT ON payments.reconciliation_differences TO store_api;
GRANT INSERT (provider, subject, kind, payment_id, ours, theirs, currency, reference)
    ON payments.reconciliation_differences TO store_api;
GRANT UPDATE (payment_id, ours, theirs, currency, reason, explained_by, explained_at)
    ON payments.reconciliation_differences TO store_api;

CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON payments.reconciliation_differences
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('id');
CREATE OR REPLACE TRIGGER audit_update AFTER UPDATE ON payments.reconciliation_differences
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION audit.record_change('id');
