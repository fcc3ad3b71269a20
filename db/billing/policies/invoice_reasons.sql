-- What documents say of taxes is true, or they are not issued: see billing.check_reasons().
CREATE OR REPLACE TRIGGER check_reasons AFTER INSERT ON billing.invoice_items
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION billing.check_reasons();
CREATE OR REPLACE TRIGGER check_reasons AFTER INSERT ON billing.invoice_shipping
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION billing.check_reasons();
