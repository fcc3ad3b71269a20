-- Changes of credit are visible to staff, who decide them. What was requested never changes. (A customer reads the
-- transfers.)
ALTER TABLE ledger.credit_changes ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS staff_only ON ledger.credit_changes;
CREATE POLICY staff_only ON ledger.credit_changes TO store_api USING ((SELECT identity.is_staff()));

REVOKE ALL ON ledger.credit_changes FROM store_api;
GRANT SELECT ON ledger.credit_changes TO store_api;
GRANT INSERT (id, kind, account_id, amount, currency, reason, metadata, status, requested_by, transfer_id,
              gift_card_id, payment_id, refund_id)
    ON ledger.credit_changes TO store_api;
GRANT UPDATE (status, decided_by, decided_at, transfer_id) ON ledger.credit_changes TO store_api;

CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON ledger.credit_changes
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('id');
CREATE OR REPLACE TRIGGER audit_update AFTER UPDATE ON ledger.credit_changes
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION audit.record_change('id');
