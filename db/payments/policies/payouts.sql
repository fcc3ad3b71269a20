-- Owners see their own payouts; staff and services see all. What was requested never changes.
ALTER TABLE payments.payouts ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS own_rows ON payments.payouts;
CREATE POLICY own_rows ON payments.payouts TO store_api
    USING (account_id = (SELECT identity.current_actor()) OR (SELECT identity.is_staff()));

REVOKE ALL ON payments.payouts FROM store_api;
GRANT SELECT ON payments.payouts TO store_api;
GRANT INSERT (account_id, source, amount, currency, hold_id, bank_account_id) ON payments.payouts TO store_api;
GRANT UPDATE (status, provider_reference, failure_code, completed_at) ON payments.payouts TO store_api;

CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON payments.payouts
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('id');
CREATE OR REPLACE TRIGGER audit_update AFTER UPDATE ON payments.payouts
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION audit.record_change('id');
