-- report.customer_days for the API: returns rows to an admin only. (Row security does not apply to a materialised
-- view.)
CREATE OR REPLACE VIEW report.v_customer_days WITH (security_barrier) AS
SELECT r.day, r.account_id, r.orders, r.first_day
FROM report.customer_days AS r
WHERE (SELECT identity.current_audience()) = 'admin';

GRANT SELECT ON report.v_customer_days TO store_api;
