-- Exchange rates are for reports; an admin reads and sets them.
ALTER TABLE report.exchange_rates ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS admin_only ON report.exchange_rates;
CREATE POLICY admin_only ON report.exchange_rates TO store_api USING ((SELECT identity.current_audience()) = 'admin');

REVOKE ALL ON report.exchange_rates FROM store_api;
GRANT SELECT, DELETE ON report.exchange_rates TO store_api;
GRANT INSERT (currency, base, rate, valid, created_by) ON report.exchange_rates TO store_api;
GRANT UPDATE (valid) ON report.exchange_rates TO store_api;

CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON report.exchange_rates
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('currency');
CREATE OR REPLACE TRIGGER audit_delete AFTER DELETE ON report.exchange_rates
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('currency');
