-- Makes the reports anew when it is time: after the interval that is set, and never for more than a tenth of the time. Readers do not wait: each
-- view is replaced row by row where it differs, and all of them become visible at once.
-- Called by: api.refresh_reports.
-- Returns:   whether it did; not when it is too early, nor while somebody else is at it.
-- Locks:     an advisory lock, so that two never run at once; the views (EXCLUSIVE: readers pass).
-- Definer:   the views are their owner's to refresh, and sum up everybody's rows.
CREATE OR REPLACE FUNCTION report.refresh_views()
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_as_of timestamptz;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('report.refresh_views', 0)) THEN
        RETURN false;
    END IF;
    v_as_of := clock_timestamp();
    -- After the lock: who waited for nobody may still come second.
    IF EXISTS (
        SELECT FROM report.refreshes AS r CROSS JOIN report.settings AS s
        WHERE r.as_of + greatest(s.refresh_interval, 10 * r.took) > v_as_of)
    THEN
        RETURN false;
    END IF;
    REFRESH MATERIALIZED VIEW CONCURRENTLY report.daily_revenue;
    REFRESH MATERIALIZED VIEW CONCURRENTLY report.daily_products;
    REFRESH MATERIALIZED VIEW CONCURRENTLY report.customer_days;
    REFRESH MATERIALIZED VIEW CONCURRENTLY report.customer_value;
    REFRESH MATERIALIZED VIEW CONCURRENTLY report.customer_cohorts;    -- of customer_days: after it
    REFRESH MATERIALIZED VIEW CONCURRENTLY report.order_statuses;
    UPDATE report.refreshes SET as_of = v_as_of, took = clock_timestamp() - v_as_of;
    RETURN true;
END $$;

GRANT EXECUTE ON FUNCTION report.refresh_views TO store_api;
