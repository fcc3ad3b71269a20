-- report.daily_products for the API: returns rows to an admin only. (Row security does not apply to a materialised
-- view.)
CREATE OR REPLACE VIEW report.v_daily_products WITH (security_barrier) AS
SELECT r.day, r.product_id, r.currency, r.lines, r.units, r.revenue, r.lines_refunded, r.units_refunded, r.refunded
FROM report.daily_products AS r
WHERE (SELECT identity.current_audience()) = 'admin';

COMMENT ON VIEW report.v_daily_products IS
'report.daily_products for the API of administrators; empty for everyone else.';
COMMENT ON COLUMN report.v_daily_products.day IS 'The day (UTC).';
COMMENT ON COLUMN report.v_daily_products.product_id IS 'The product: report.v_products_safe.';
COMMENT ON COLUMN report.v_daily_products.currency IS 'ISO 4217.';
COMMENT ON COLUMN report.v_daily_products.lines IS 'Order lines.';
COMMENT ON COLUMN report.v_daily_products.units IS 'Units sold.';
COMMENT ON COLUMN report.v_daily_products.revenue IS 'Minor units.';
COMMENT ON COLUMN report.v_daily_products.lines_refunded IS 'Lines refunded since.';
COMMENT ON COLUMN report.v_daily_products.units_refunded IS 'Units refunded since.';
COMMENT ON COLUMN report.v_daily_products.refunded IS 'Minor units refunded since.';
GRANT SELECT ON report.v_daily_products TO store_api;
