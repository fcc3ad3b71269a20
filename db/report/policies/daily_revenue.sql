-- For analysts, who read the report schema and nothing else: sums without a person in them.
GRANT USAGE ON SCHEMA report TO app_readonly;
GRANT SELECT
    ON report.daily_revenue, report.daily_products, report.customer_cohorts, report.order_statuses, report.refreshes
    TO app_readonly;
