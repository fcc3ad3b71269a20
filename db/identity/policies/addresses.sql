-- Addresses: visible to their owner only; staff read the copy on an order.
ALTER TABLE identity.addresses ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS own_rows ON identity.addresses;
CREATE POLICY own_rows ON identity.addresses TO store_api
    USING (account_id = (SELECT identity.current_actor()));

REVOKE ALL ON identity.addresses FROM store_api;
GRANT SELECT, DELETE ON identity.addresses TO store_api;
GRANT INSERT (account_id, name, line1, line2, city, region, postal_code, country, phone, tax_id, is_default)
    ON identity.addresses TO store_api;
GRANT UPDATE (name, line1, line2, city, region, postal_code, country, phone, tax_id, is_default, version)
    ON identity.addresses TO store_api;

CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON identity.addresses
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('id');
CREATE OR REPLACE TRIGGER audit_update AFTER UPDATE ON identity.addresses
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION audit.record_change('id', 'version');
CREATE OR REPLACE TRIGGER audit_delete AFTER DELETE ON identity.addresses
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('id');
