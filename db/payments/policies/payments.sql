-- A customer sees their own payments; staff and services see all. What was requested (order, amount, currency, outside
-- key) never changes.
ALTER TABLE payments.payments ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS own_rows ON payments.payments;
CREATE POLICY own_rows ON payments.payments TO store_api
    USING (account_id = (SELECT identity.current_actor()) OR (SELECT identity.is_staff()));

REVOKE ALL ON payments.payments FROM store_api;
GRANT SELECT ON payments.payments TO store_api;
GRANT INSERT (order_id, purpose, account_id, provider, capture_method, status, amount, currency, request_key,
              return_url, expires_at, check_at)
    ON payments.payments TO store_api;
GRANT UPDATE (status, amount_captured, captured_currency, amount_applied, amount_refunded, provider_reference,
              charge_reference, checkout_url, capture_amount, hold_id, failure_code, expires_at, check_at,
              completed_at, fee, fee_currency, risk_level, risk_reason, version)
    ON payments.payments TO store_api;

CREATE OR REPLACE TRIGGER check_transition BEFORE UPDATE OF status ON payments.payments
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION payments.check_transition();

-- outside_key and checkout_url give access to a checkout, and return_url may hold a session of the shop's front, so the
-- audit leaves them out.
CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON payments.payments
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_new_payments();
CREATE OR REPLACE TRIGGER audit_update AFTER UPDATE ON payments.payments
    FOR EACH ROW EXECUTE FUNCTION audit.record_payment_update();
CREATE OR REPLACE TRIGGER audit_delete AFTER DELETE ON payments.payments
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT
    EXECUTE FUNCTION audit.record_change('id', 'outside_key', 'checkout_url', 'return_url');
