-- The totals of taxes: staff read them, in reports. Written only by the trigger below, with the documents' own taxes.
ALTER TABLE billing.tax_totals ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS staff_only ON billing.tax_totals;
CREATE POLICY staff_only ON billing.tax_totals FOR SELECT TO store_api USING ((SELECT identity.is_staff()));

REVOKE ALL ON billing.tax_totals FROM store_api;
GRANT SELECT ON billing.tax_totals TO store_api;

CREATE OR REPLACE TRIGGER total_taxes AFTER INSERT ON billing.invoice_taxes
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION billing.total_new_taxes();
