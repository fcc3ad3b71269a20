-- report.order_statuses for the API: returns rows to an admin only. (Row security does not apply to a materialised
-- view.)
CREATE OR REPLACE VIEW report.v_order_statuses WITH (security_barrier) AS
SELECT r.status, r.orders
FROM report.order_statuses AS r
WHERE (SELECT identity.current_audience()) = 'admin';

COMMENT ON VIEW report.v_order_statuses IS
'report.order_statuses for the API of administrators; empty for everyone else.';
COMMENT ON COLUMN report.v_order_statuses.status IS 'The status.';
COMMENT ON COLUMN report.v_order_statuses.orders IS 'How many orders.';
GRANT SELECT ON report.v_order_statuses TO store_api;
