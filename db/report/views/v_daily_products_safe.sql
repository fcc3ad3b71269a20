-- For analysts (app_readonly). A security barrier, as the other views for them.
CREATE OR REPLACE VIEW report.v_daily_products_safe WITH (security_barrier) AS
SELECT r.day, r.product_id, r.currency, c.minor_units AS currency_exponent, r.lines, r.units, r.revenue,
       r.lines_refunded, r.units_refunded, r.refunded
FROM report.daily_products AS r
LEFT JOIN catalog.currencies AS c ON c.code = r.currency;

COMMENT ON VIEW report.v_daily_products_safe IS
'By the day (UTC) of the sale, product and currency: lines, units, revenue, and what has been refunded of it since.';
COMMENT ON COLUMN report.v_daily_products_safe.day IS 'The day (UTC).';
COMMENT ON COLUMN report.v_daily_products_safe.product_id IS 'The product: report.v_products_safe.';
COMMENT ON COLUMN report.v_daily_products_safe.currency IS 'ISO 4217.';
COMMENT ON COLUMN report.v_daily_products_safe.currency_exponent IS
'How many digits minor units are: amount / 10 ^ currency_exponent is in whole units.';
COMMENT ON COLUMN report.v_daily_products_safe.lines IS 'Order lines.';
COMMENT ON COLUMN report.v_daily_products_safe.units IS 'Units sold.';
COMMENT ON COLUMN report.v_daily_products_safe.revenue IS 'Minor units.';
COMMENT ON COLUMN report.v_daily_products_safe.lines_refunded IS 'Lines refunded since.';
COMMENT ON COLUMN report.v_daily_products_safe.units_refunded IS 'Units refunded since.';
COMMENT ON COLUMN report.v_daily_products_safe.refunded IS 'Minor units refunded since.';
GRANT SELECT ON report.v_daily_products_safe TO app_readonly;
