-- The reference of a bank transfer: visible together with its payment, never changed.
ALTER TABLE payments.bank_transfers ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS own_rows ON payments.bank_transfers;
CREATE POLICY own_rows ON payments.bank_transfers TO store_api
    USING (account_id = (SELECT identity.current_actor()) OR (SELECT identity.is_staff()));

REVOKE ALL ON payments.bank_transfers FROM store_api;
GRANT SELECT, INSERT ON payments.bank_transfers TO store_api;
GRANT USAGE ON SEQUENCE payments.deposit_transfers TO store_api;

CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON payments.bank_transfers
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('payment_id');
