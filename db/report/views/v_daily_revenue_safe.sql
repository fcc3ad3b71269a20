-- For analysts (app_readonly). A security barrier, as the other views for them.
CREATE OR REPLACE VIEW report.v_daily_revenue_safe WITH (security_barrier) AS
SELECT r.day, r.currency, c.minor_units AS currency_exponent, r.orders, r.gross, r.discount, r.tax, r.shipping,
       r.refunds, r.net, r.commission
FROM report.daily_revenue AS r
LEFT JOIN catalog.currencies AS c ON c.code = r.currency;

COMMENT ON VIEW report.v_daily_revenue_safe IS
'By day (UTC) and currency: orders paid and what they cost, refunds and commission as booked. Minutes old: the worker
refreshes it.';
COMMENT ON COLUMN report.v_daily_revenue_safe.day IS 'The day (UTC).';
COMMENT ON COLUMN report.v_daily_revenue_safe.currency IS 'ISO 4217.';
COMMENT ON COLUMN report.v_daily_revenue_safe.currency_exponent IS
'How many digits minor units are: amount / 10 ^ currency_exponent is in whole units.';
COMMENT ON COLUMN report.v_daily_revenue_safe.orders IS 'Orders paid.';
COMMENT ON COLUMN report.v_daily_revenue_safe.gross IS 'Minor units: what they cost, with tax and shipping.';
COMMENT ON COLUMN report.v_daily_revenue_safe.discount IS 'Minor units: what promotions took off.';
COMMENT ON COLUMN report.v_daily_revenue_safe.tax IS 'Minor units.';
COMMENT ON COLUMN report.v_daily_revenue_safe.shipping IS 'Minor units.';
COMMENT ON COLUMN report.v_daily_revenue_safe.refunds IS 'Minor units: given back on that day.';
COMMENT ON COLUMN report.v_daily_revenue_safe.net IS 'Minor units: gross without tax, shipping and refunds.';
COMMENT ON COLUMN report.v_daily_revenue_safe.commission IS 'Minor units: the shop''s part, as booked.';
GRANT SELECT ON report.v_daily_revenue_safe TO app_readonly;
