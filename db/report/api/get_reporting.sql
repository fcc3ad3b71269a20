-- The settings of the reports, and when each report was last refreshed.
CREATE TYPE api.report_refresh AS (name text, as_of timestamptz, took_milliseconds bigint);
COMMENT ON COLUMN api.report_refresh.as_of IS 'Null before the first refresh.';
CREATE TYPE api.reporting AS (
    reporting_currency api.currency, refresh_seconds bigint, low_stock bigint, refreshes api.report_refresh[]
);

CREATE FUNCTION api.get_reporting()
RETURNS api.reporting
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    RETURN (
        SELECT ROW(s.reporting_currency, extract(epoch FROM s.refresh_interval), s.low_stock,
                   ARRAY(SELECT ROW(r.name, r.as_of, extract(epoch FROM r.took) * 1000)::api.report_refresh
                         FROM report.refreshes AS r ORDER BY r.name))::api.reporting
        FROM report.settings AS s
    );
END $$;

COMMENT ON FUNCTION api.get_reporting IS
'Get the settings of the reports

The reporting currency, how often reports are refreshed, when stock counts as low; and for each report when it was last
refreshed, and how long that took.';

GRANT EXECUTE ON FUNCTION api.get_reporting TO app_admin;
