-- The settings of the reports: functions read them, an admin changes them through api.update_reporting().
GRANT USAGE ON SCHEMA report TO store_api;

REVOKE ALL ON report.settings, report.refreshes FROM store_api;
GRANT SELECT ON report.settings, report.refreshes TO store_api;
GRANT UPDATE (reporting_currency, refresh_interval, low_stock) ON report.settings TO store_api;

CREATE OR REPLACE TRIGGER audit_update AFTER UPDATE ON report.settings
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION audit.record_change('singleton');
