-- report.customer_value for the API: returns rows to an admin only. (Row security does not apply to a materialised
-- view.)
CREATE OR REPLACE VIEW report.v_customer_value WITH (security_barrier) AS
SELECT r.account_id, r.currency, r.orders, r.gross, r.refunded, r.first_day, r.last_day
FROM report.customer_value AS r
WHERE (SELECT identity.current_audience()) = 'admin';

GRANT SELECT ON report.v_customer_value TO store_api;
