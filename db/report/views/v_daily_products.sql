-- report.daily_products for the API: returns rows to an admin only. (Row security does not apply to a materialised
-- view.)
CREATE OR REPLACE VIEW report.v_daily_products WITH (security_barrier) AS
SELECT r.day, r.product_id, r.currency, r.lines, r.units, r.revenue, r.lines_refunded, r.units_refunded, r.refunded
FROM report.daily_products AS r
WHERE (SELECT identity.current_audience()) = 'admin';

GRANT SELECT ON report.v_daily_products TO store_api;
