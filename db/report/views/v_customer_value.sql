-- report.customer_value for the API: returns rows to an admin only. (Row security does not apply to a materialised
-- view.)
CREATE OR REPLACE VIEW report.v_customer_value WITH (security_barrier) AS
SELECT r.account_id, r.currency, r.orders, r.gross, r.refunded, r.first_day, r.last_day
FROM report.customer_value AS r
WHERE (SELECT identity.current_audience()) = 'admin';

COMMENT ON VIEW report.v_customer_value IS
'report.customer_value for the API of administrators; empty for everyone else.';
COMMENT ON COLUMN report.v_customer_value.account_id IS 'The account: report.v_customers_safe.';
COMMENT ON COLUMN report.v_customer_value.currency IS 'ISO 4217.';
COMMENT ON COLUMN report.v_customer_value.orders IS 'How many orders.';
COMMENT ON COLUMN report.v_customer_value.gross IS 'Minor units: what the orders cost.';
COMMENT ON COLUMN report.v_customer_value.refunded IS 'Minor units: given back of it.';
COMMENT ON COLUMN report.v_customer_value.first_day IS 'The day (UTC) of the first order.';
COMMENT ON COLUMN report.v_customer_value.last_day IS 'The day (UTC) of the last order.';
GRANT SELECT ON report.v_customer_value TO store_api;
