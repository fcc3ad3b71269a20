-- The views that the api reads are built on these.
DROP MATERIALIZED VIEW report.order_statuses, report.customer_cohorts, report.customer_value, report.customer_days, report.daily_products,
    report.daily_revenue CASCADE;
DROP TABLE report.refreshes, report.exchange_rates, report.settings CASCADE;
