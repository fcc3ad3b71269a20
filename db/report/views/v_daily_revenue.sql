-- report.daily_revenue for the API: returns rows to an admin only. (Row security does not apply to a materialised
-- view.)
CREATE OR REPLACE VIEW report.v_daily_revenue WITH (security_barrier) AS
SELECT r.day, r.currency, r.orders, r.gross, r.refunds, r.commission
FROM report.daily_revenue AS r
WHERE (SELECT identity.current_audience()) = 'admin';

COMMENT ON VIEW report.v_daily_revenue IS
'report.daily_revenue for the API of administrators; empty for everyone else.';
COMMENT ON COLUMN report.v_daily_revenue.day IS 'The day (UTC).';
COMMENT ON COLUMN report.v_daily_revenue.currency IS 'ISO 4217.';
COMMENT ON COLUMN report.v_daily_revenue.orders IS 'How many orders.';
COMMENT ON COLUMN report.v_daily_revenue.gross IS 'Minor units: what the orders cost.';
COMMENT ON COLUMN report.v_daily_revenue.refunds IS 'Minor units: given back on that day.';
COMMENT ON COLUMN report.v_daily_revenue.commission IS 'Minor units: the shop''s part.';
GRANT SELECT ON report.v_daily_revenue TO store_api;
