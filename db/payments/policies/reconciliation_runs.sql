-- Comparisons with the gateways' books: visible to staff and services.
ALTER TABLE payments.reconciliation_runs ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS staff_only ON payments.reconciliation_runs;
CREATE POLICY staff_only ON payments.reconciliation_runs TO store_api USING ((SELECT identity.is_staff()));

REVOKE ALL ON payments.reconciliation_runs FROM store_api;
GRANT SELECT ON payments.reconciliation_runs TO store_api;
GRANT INSERT (provider, since, requested_by) ON payments.reconciliation_runs TO store_api;
GRANT UPDATE (since, until, status, position, read, checked, booked, completed_at) ON payments.reconciliation_runs
    TO store_api;
