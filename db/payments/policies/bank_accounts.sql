-- store_api has no grant: routines of store_owner (find_bank_account, replace_bank_account, list_transfers) are the
-- only code that reads an IBAN. The audit says that a bank account was changed and by whom, not to which one.
ALTER TABLE payments.bank_accounts ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON payments.bank_accounts FROM store_api;

CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON payments.bank_accounts
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION audit.record_change('id', 'iban', 'bic', 'holder');
CREATE OR REPLACE TRIGGER audit_update AFTER UPDATE ON payments.bank_accounts
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION audit.record_change('id', 'iban', 'bic', 'holder');
