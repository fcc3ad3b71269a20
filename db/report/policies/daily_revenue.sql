-- For analysts, who may read only the report schema: sums without personal data.
GRANT USAGE ON SCHEMA report TO app_readonly;
GRANT SELECT
    ON report.daily_revenue, report.daily_products, report.customer_cohorts, report.order_statuses, report.refreshes
    TO app_readonly;
