-- A customer sees their own invoices, with lines, taxes and PDF files; staff and services see all. Written only by
-- billing.issue_invoice(), issue_credit_note(), issue_debit_note() and store_file(); append-only.
ALTER TABLE billing.invoices ENABLE ROW LEVEL SECURITY;
ALTER TABLE billing.invoice_items ENABLE ROW LEVEL SECURITY;
ALTER TABLE billing.invoice_shipping ENABLE ROW LEVEL SECURITY;
ALTER TABLE billing.invoice_taxes ENABLE ROW LEVEL SECURITY;
ALTER TABLE billing.invoice_files ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS own_rows ON billing.invoices;
CREATE POLICY own_rows ON billing.invoices FOR SELECT TO store_api
    USING (account_id = (SELECT identity.current_actor()) OR (SELECT identity.is_staff()));
DROP POLICY IF EXISTS own_rows ON billing.invoice_items;
CREATE POLICY own_rows ON billing.invoice_items FOR SELECT TO store_api
    USING (account_id = (SELECT identity.current_actor()) OR (SELECT identity.is_staff()));
DROP POLICY IF EXISTS own_rows ON billing.invoice_shipping;
CREATE POLICY own_rows ON billing.invoice_shipping FOR SELECT TO store_api
    USING (account_id = (SELECT identity.current_actor()) OR (SELECT identity.is_staff()));
DROP POLICY IF EXISTS own_rows ON billing.invoice_taxes;
CREATE POLICY own_rows ON billing.invoice_taxes FOR SELECT TO store_api
    USING (account_id = (SELECT identity.current_actor()) OR (SELECT identity.is_staff()));
DROP POLICY IF EXISTS own_rows ON billing.invoice_files;
CREATE POLICY own_rows ON billing.invoice_files FOR SELECT TO store_api
    USING (account_id = (SELECT identity.current_actor()) OR (SELECT identity.is_staff()));

REVOKE ALL ON billing.invoices, billing.invoice_items, billing.invoice_shipping, billing.invoice_taxes,
    billing.invoice_files, billing.series FROM store_api;
GRANT SELECT ON billing.invoices, billing.invoice_items, billing.invoice_shipping, billing.invoice_taxes,
    billing.invoice_files TO store_api;

CREATE OR REPLACE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON billing.invoices
    FOR EACH STATEMENT EXECUTE FUNCTION audit.protect_rows();
CREATE OR REPLACE TRIGGER claimed_only BEFORE UPDATE ON billing.invoices
    FOR EACH ROW EXECUTE FUNCTION audit.allow_claim('number');
CREATE OR REPLACE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON billing.invoice_items
    FOR EACH STATEMENT EXECUTE FUNCTION audit.protect_rows();
CREATE OR REPLACE TRIGGER claimed_only BEFORE UPDATE ON billing.invoice_items
    FOR EACH ROW EXECUTE FUNCTION audit.allow_claim();
CREATE OR REPLACE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON billing.invoice_shipping
    FOR EACH STATEMENT EXECUTE FUNCTION audit.protect_rows();
CREATE OR REPLACE TRIGGER claimed_only BEFORE UPDATE ON billing.invoice_shipping
    FOR EACH ROW EXECUTE FUNCTION audit.allow_claim();
CREATE OR REPLACE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON billing.invoice_taxes
    FOR EACH STATEMENT EXECUTE FUNCTION audit.protect_rows();
CREATE OR REPLACE TRIGGER claimed_only BEFORE UPDATE ON billing.invoice_taxes
    FOR EACH ROW EXECUTE FUNCTION audit.allow_claim();
CREATE OR REPLACE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON billing.invoice_files
    FOR EACH STATEMENT EXECUTE FUNCTION audit.protect_rows();
CREATE OR REPLACE TRIGGER claimed_only BEFORE UPDATE ON billing.invoice_files
    FOR EACH ROW EXECUTE FUNCTION audit.allow_claim('sha256');

-- What the version before issued between migration 0073 and this deployment.
SELECT billing.file_documents();
