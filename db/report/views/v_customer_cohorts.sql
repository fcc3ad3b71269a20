-- report.customer_cohorts for the API: returns rows to an admin only. (Row security does not apply to a materialised
-- view.)
CREATE OR REPLACE VIEW report.v_customer_cohorts WITH (security_barrier) AS
SELECT r.cohort, r.month, r.customers, r.orders
FROM report.customer_cohorts AS r
WHERE (SELECT identity.current_audience()) = 'admin';

COMMENT ON VIEW report.v_customer_cohorts IS
'report.customer_cohorts for the API of administrators; empty for everyone else.';
COMMENT ON COLUMN report.v_customer_cohorts.cohort IS 'The month (UTC) of the first order.';
COMMENT ON COLUMN report.v_customer_cohorts.month IS 'The month (UTC) of the orders counted.';
COMMENT ON COLUMN report.v_customer_cohorts.customers IS 'How many of the cohort bought.';
COMMENT ON COLUMN report.v_customer_cohorts.orders IS 'How many orders.';
GRANT SELECT ON report.v_customer_cohorts TO store_api;
