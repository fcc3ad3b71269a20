-- Everybody may read the rules of exemption; an admin adds and ends them. A rule that was in force is never changed,
-- only ended.
REVOKE ALL ON sales.tax_exemptions FROM store_api;
GRANT SELECT, DELETE ON sales.tax_exemptions TO store_api;
GRANT INSERT (category, reason_code, text, destination, countries, buyer, tax_category, valid, created_by)
    ON sales.tax_exemptions TO store_api;
GRANT UPDATE (valid) ON sales.tax_exemptions TO store_api;

CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON sales.tax_exemptions
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('id');
CREATE OR REPLACE TRIGGER audit_update AFTER UPDATE ON sales.tax_exemptions
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION audit.record_change('id');
CREATE OR REPLACE TRIGGER audit_delete AFTER DELETE ON sales.tax_exemptions
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('id');
