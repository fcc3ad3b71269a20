-- Limits of providers: everybody's to read. A DBA changes them.
REVOKE ALL ON payments.provider_limits FROM store_api;
GRANT SELECT ON payments.provider_limits TO store_api;

CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON payments.provider_limits
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION audit.record_change('id');
CREATE OR REPLACE TRIGGER audit_update AFTER UPDATE ON payments.provider_limits
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION audit.record_change('id');
