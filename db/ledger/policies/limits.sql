-- Everybody may read limits; an admin changes them through api.set_limits().
REVOKE ALL ON ledger.limits FROM store_api;
GRANT SELECT ON ledger.limits TO store_api;
GRANT INSERT (currency, deposit_minimum, deposit_maximum, balance_maximum, withdrawal_minimum, credit_approval_above)
    ON ledger.limits TO store_api;
GRANT UPDATE (deposit_minimum, deposit_maximum, balance_maximum, withdrawal_minimum, credit_approval_above)
    ON ledger.limits TO store_api;

CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON ledger.limits
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('currency');
CREATE OR REPLACE TRIGGER audit_update AFTER UPDATE ON ledger.limits
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION audit.record_change('currency');
