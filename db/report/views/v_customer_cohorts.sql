-- report.customer_cohorts for the API: returns rows to an admin only. (Row security does not apply to a materialised
-- view.)
CREATE OR REPLACE VIEW report.v_customer_cohorts WITH (security_barrier) AS
SELECT r.cohort, r.month, r.customers, r.orders
FROM report.customer_cohorts AS r
WHERE (SELECT identity.current_audience()) = 'admin';

GRANT SELECT ON report.v_customer_cohorts TO store_api;
