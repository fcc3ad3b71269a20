-- Disputes, and the transfers that hold their amounts: visible to staff and to the gateway service.
ALTER TABLE payments.disputes ENABLE ROW LEVEL SECURITY;
ALTER TABLE payments.dispute_holds ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS staff_only ON payments.disputes;
CREATE POLICY staff_only ON payments.disputes TO store_api USING ((SELECT identity.is_staff()));
DROP POLICY IF EXISTS staff_only ON payments.dispute_holds;
CREATE POLICY staff_only ON payments.dispute_holds TO store_api USING ((SELECT identity.is_staff()));

REVOKE ALL ON payments.disputes, payments.dispute_holds FROM store_api;
GRANT SELECT ON payments.disputes TO store_api;
GRANT INSERT (payment_id, provider, case_reference, status, amount, reason, closed_at) ON payments.disputes
    TO store_api;
GRANT UPDATE (status, closed_at, refund_id, settled_at) ON payments.disputes TO store_api;
GRANT SELECT, INSERT ON payments.dispute_holds TO store_api;

CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON payments.disputes
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('id');
CREATE OR REPLACE TRIGGER audit_update AFTER UPDATE ON payments.disputes
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION audit.record_change('id');
