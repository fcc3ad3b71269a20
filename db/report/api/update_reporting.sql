-- Changes the settings of the reports.
-- Locks:  the settings' row.
-- Errors: currency_unknown 422, refresh_interval_out_of_range, low_stock_out_of_range 409.
CREATE DOMAIN api.refresh_seconds AS integer
    CONSTRAINT refresh_interval_out_of_range CHECK (VALUE >= 5 AND VALUE <= 86400);
COMMENT ON DOMAIN api.refresh_seconds IS
'Seconds between two refreshes, 5 to 86,400; the pause is longer if a refresh takes long.';
CREATE DOMAIN api.low_stock AS bigint CONSTRAINT low_stock_out_of_range CHECK (VALUE >= 0 AND VALUE <= 1000000);
COMMENT ON DOMAIN api.low_stock IS 'Stock is low at this number of pieces and below.';

CREATE FUNCTION api.update_reporting(
    reporting_currency api.currency DEFAULT NULL, refresh_seconds api.refresh_seconds DEFAULT NULL,
    low_stock api.low_stock DEFAULT NULL
)
RETURNS api.reporting
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    IF update_reporting.reporting_currency IS NOT NULL THEN
        PERFORM catalog.require_currency(update_reporting.reporting_currency);
    END IF;
    UPDATE report.settings AS s
    SET reporting_currency = coalesce(update_reporting.reporting_currency, s.reporting_currency),
        refresh_interval = coalesce(make_interval(secs => update_reporting.refresh_seconds), s.refresh_interval),
        low_stock = coalesce(update_reporting.low_stock, s.low_stock);
    RETURN api.get_reporting();
END $$;

COMMENT ON FUNCTION api.update_reporting IS
'Change the settings of the reports

Changes only the fields that are sent. Exchange rates belong to the reporting currency they were set for: a new one
needs its own rates.';

GRANT EXECUTE ON FUNCTION api.update_reporting TO app_admin;
