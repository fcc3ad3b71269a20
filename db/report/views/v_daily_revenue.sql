-- report.daily_revenue for the API: returns rows to an admin only. (Row security does not apply to a materialised
-- view.)
CREATE OR REPLACE VIEW report.v_daily_revenue WITH (security_barrier) AS
SELECT r.day, r.currency, r.orders, r.gross, r.refunds, r.commission
FROM report.daily_revenue AS r
WHERE (SELECT identity.current_audience()) = 'admin';

GRANT SELECT ON report.v_daily_revenue TO store_api;
