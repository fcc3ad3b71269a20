-- A customer sees their own refunds; staff and services see all.
ALTER TABLE payments.refunds ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS own_rows ON payments.refunds;
CREATE POLICY own_rows ON payments.refunds TO store_api
    USING (account_id = (SELECT identity.current_actor()) OR (SELECT identity.is_staff()));

REVOKE ALL ON payments.refunds FROM store_api;
GRANT SELECT ON payments.refunds TO store_api;
GRANT INSERT (payment_id, order_id, account_id, amount, from_order, reason, requested_by, retry_of, owed)
    ON payments.refunds TO store_api;
GRANT UPDATE (status, provider_reference, failure_code, completed_at, hold_id, owed, settled_by, settled_reference)
    ON payments.refunds TO store_api;

CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON payments.refunds
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('id');
CREATE OR REPLACE TRIGGER audit_update AFTER UPDATE ON payments.refunds
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION audit.record_change('id');
CREATE OR REPLACE TRIGGER audit_delete AFTER DELETE ON payments.refunds
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('id');
