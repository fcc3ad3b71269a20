-- Everybody may read shipping methods and their rates; an admin changes them.
REVOKE ALL ON sales.shipping_methods, sales.shipping_rates FROM store_api;
GRANT SELECT ON sales.shipping_methods TO store_api;
GRANT INSERT (name, carrier, enabled, tax_category) ON sales.shipping_methods TO store_api;
GRANT UPDATE (name, carrier, enabled, tax_category, version) ON sales.shipping_methods TO store_api;
GRANT SELECT, DELETE ON sales.shipping_rates TO store_api;
GRANT INSERT (method_id, country, currency, up_to, price, free_from) ON sales.shipping_rates TO store_api;

CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON sales.shipping_methods
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('id');
CREATE OR REPLACE TRIGGER audit_update AFTER UPDATE ON sales.shipping_methods
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION audit.record_change('id');

CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON sales.shipping_rates
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('method_id');
CREATE OR REPLACE TRIGGER audit_delete AFTER DELETE ON sales.shipping_rates
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('method_id');
