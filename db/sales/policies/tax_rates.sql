-- Everybody may read tax rates; an admin changes them. A rate that was in force is never changed, only ended.
REVOKE ALL ON sales.tax_rates FROM store_api;
GRANT SELECT, DELETE ON sales.tax_rates TO store_api;
GRANT INSERT (country, region, category, name, rate, included, combine, valid, created_by)
    ON sales.tax_rates TO store_api;
GRANT UPDATE (valid) ON sales.tax_rates TO store_api;

CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON sales.tax_rates
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('id');
CREATE OR REPLACE TRIGGER audit_update AFTER UPDATE ON sales.tax_rates
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION audit.record_change('id');
CREATE OR REPLACE TRIGGER audit_delete AFTER DELETE ON sales.tax_rates
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('id');
