-- report.customer_days for the API: returns rows to an admin only. (Row security does not apply to a materialised
-- view.)
CREATE OR REPLACE VIEW report.v_customer_days WITH (security_barrier) AS
SELECT r.day, r.account_id, r.orders, r.first_day
FROM report.customer_days AS r
WHERE (SELECT identity.current_audience()) = 'admin';

COMMENT ON VIEW report.v_customer_days IS
'report.customer_days for the API of administrators; empty for everyone else.';
COMMENT ON COLUMN report.v_customer_days.day IS 'The day (UTC).';
COMMENT ON COLUMN report.v_customer_days.account_id IS 'The account: report.v_customers_safe.';
COMMENT ON COLUMN report.v_customer_days.orders IS 'How many orders.';
COMMENT ON COLUMN report.v_customer_days.first_day IS 'The day (UTC) of the first order.';
GRANT SELECT ON report.v_customer_days TO store_api;
