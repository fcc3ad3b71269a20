-- For analysts, who may read only the report schema: sums without personal data.
GRANT USAGE ON SCHEMA report TO app_readonly;
GRANT SELECT
    ON report.daily_revenue, report.daily_products, report.customer_cohorts, report.order_statuses, report.refreshes
    TO app_readonly;

COMMENT ON TABLE report.refreshes IS 'When each materialised view was refreshed.';
COMMENT ON COLUMN report.refreshes.name IS 'The view, such as daily_revenue.';
COMMENT ON COLUMN report.refreshes.as_of IS
'What it shows is of this moment; null: it is being filled for the first time.';
COMMENT ON COLUMN report.refreshes.took IS 'How long that took.';

-- What the columns of the materialised views mean, for those who read them without the views on them.
COMMENT ON COLUMN report.customer_cohorts.cohort IS 'The month (UTC) of the first order.';
COMMENT ON COLUMN report.customer_cohorts.month IS 'The month (UTC) of the orders counted.';
COMMENT ON COLUMN report.customer_cohorts.customers IS 'How many of the cohort bought.';
COMMENT ON COLUMN report.customer_cohorts.orders IS 'How many orders.';
COMMENT ON COLUMN report.customer_days.day IS 'The day (UTC).';
COMMENT ON COLUMN report.customer_days.account_id IS 'The account: report.v_customers_safe.';
COMMENT ON COLUMN report.customer_days.orders IS 'How many orders.';
COMMENT ON COLUMN report.customer_days.first_day IS 'The day (UTC) of the first order.';
COMMENT ON COLUMN report.customer_value.account_id IS 'The account: report.v_customers_safe.';
COMMENT ON COLUMN report.customer_value.currency IS 'ISO 4217.';
COMMENT ON COLUMN report.customer_value.orders IS 'How many orders.';
COMMENT ON COLUMN report.customer_value.gross IS 'Minor units: what the orders cost.';
COMMENT ON COLUMN report.customer_value.refunded IS 'Minor units: given back of it.';
COMMENT ON COLUMN report.customer_value.first_day IS 'The day (UTC) of the first order.';
COMMENT ON COLUMN report.customer_value.last_day IS 'The day (UTC) of the last order.';
COMMENT ON COLUMN report.daily_fees.day IS 'The day (UTC).';
COMMENT ON COLUMN report.daily_fees.currency IS 'ISO 4217.';
COMMENT ON COLUMN report.daily_fees.fees IS 'Minor units: what gateways kept.';
COMMENT ON COLUMN report.daily_products.day IS 'The day (UTC).';
COMMENT ON COLUMN report.daily_products.product_id IS 'The product: report.v_products_safe.';
COMMENT ON COLUMN report.daily_products.currency IS 'ISO 4217.';
COMMENT ON COLUMN report.daily_products.lines IS 'Order lines.';
COMMENT ON COLUMN report.daily_products.units IS 'Units sold.';
COMMENT ON COLUMN report.daily_products.revenue IS 'Minor units.';
COMMENT ON COLUMN report.daily_products.lines_refunded IS 'Lines refunded since.';
COMMENT ON COLUMN report.daily_products.units_refunded IS 'Units refunded since.';
COMMENT ON COLUMN report.daily_products.refunded IS 'Minor units refunded since.';
COMMENT ON COLUMN report.daily_revenue.day IS 'The day (UTC).';
COMMENT ON COLUMN report.daily_revenue.currency IS 'ISO 4217.';
COMMENT ON COLUMN report.daily_revenue.orders IS 'Orders paid.';
COMMENT ON COLUMN report.daily_revenue.gross IS 'Minor units: what the orders cost.';
COMMENT ON COLUMN report.daily_revenue.discount IS 'Minor units: what promotions took off.';
COMMENT ON COLUMN report.daily_revenue.tax IS 'Minor units.';
COMMENT ON COLUMN report.daily_revenue.shipping IS 'Minor units.';
COMMENT ON COLUMN report.daily_revenue.refunds IS 'Minor units: given back on that day.';
COMMENT ON COLUMN report.daily_revenue.net IS 'Minor units: gross without tax, shipping and refunds.';
COMMENT ON COLUMN report.daily_revenue.commission IS 'Minor units: the shop''s part.';
COMMENT ON COLUMN report.order_statuses.status IS 'The status.';
COMMENT ON COLUMN report.order_statuses.orders IS 'How many orders.';
