-- Everybody may read the versions of the seller; an admin adds versions; none is ever changed.
REVOKE ALL ON billing.sellers FROM store_api;
GRANT SELECT ON billing.sellers TO store_api;
GRANT INSERT (version, name, email, phone, line1, line2, postal_code, city, region, country, registration, vat_id,
              tax_number, iban, bic, account_holder, exemption, e_invoice, created_by) ON billing.sellers TO store_api;

CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON billing.sellers
    FOR EACH STATEMENT EXECUTE FUNCTION audit.protect_rows();
CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON billing.sellers
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('version');
