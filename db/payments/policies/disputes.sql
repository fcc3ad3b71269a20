-- Disputes, what the gateway moved because of them, and the transfers that hold their amounts: visible to staff and
-- to the gateway service.
ALTER TABLE payments.disputes ENABLE ROW LEVEL SECURITY;
ALTER TABLE payments.dispute_movements ENABLE ROW LEVEL SECURITY;
ALTER TABLE payments.dispute_holds ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS staff_only ON payments.disputes;
CREATE POLICY staff_only ON payments.disputes TO store_api USING ((SELECT identity.is_staff()));
DROP POLICY IF EXISTS staff_only ON payments.dispute_movements;
CREATE POLICY staff_only ON payments.dispute_movements TO store_api USING ((SELECT identity.is_staff()));
DROP POLICY IF EXISTS staff_only ON payments.dispute_holds;
CREATE POLICY staff_only ON payments.dispute_holds TO store_api USING ((SELECT identity.is_staff()));

REVOKE ALL ON payments.disputes, payments.dispute_movements, payments.dispute_holds FROM store_api;
GRANT SELECT ON payments.disputes TO store_api;
GRANT INSERT (payment_id, provider, charge_reference, case_reference, status, amount, currency, reason, reported_at,
              closed_at)
    ON payments.disputes TO store_api;
GRANT UPDATE (payment_id, status, amount, reason, reported_at, closed_at, refund_id, loss, settled_at)
    ON payments.disputes TO store_api;
GRANT SELECT ON payments.dispute_movements TO store_api;
GRANT INSERT (dispute_id, reference, amount, fee, fee_currency), UPDATE (fee_booked) ON payments.dispute_movements
    TO store_api;
GRANT SELECT, INSERT, DELETE ON payments.dispute_holds TO store_api;

CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON payments.disputes
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('id');
CREATE OR REPLACE TRIGGER audit_update AFTER UPDATE ON payments.disputes
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION audit.record_change('id');
