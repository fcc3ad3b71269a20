-- For analysts (app_readonly). A security barrier, as the other views for them.
CREATE OR REPLACE VIEW report.v_daily_fees_safe WITH (security_barrier) AS
SELECT f.day, f.currency, c.minor_units AS currency_exponent, f.fees
FROM report.daily_fees AS f
LEFT JOIN catalog.currencies AS c ON c.code = f.currency;

COMMENT ON VIEW report.v_daily_fees_safe IS
'By day (UTC) and currency: what gateways kept as fees, minus fees they gave back, as booked.';
COMMENT ON COLUMN report.v_daily_fees_safe.day IS 'The day (UTC).';
COMMENT ON COLUMN report.v_daily_fees_safe.currency IS 'ISO 4217.';
COMMENT ON COLUMN report.v_daily_fees_safe.currency_exponent IS
'How many digits minor units are: amount / 10 ^ currency_exponent is in whole units.';
COMMENT ON COLUMN report.v_daily_fees_safe.fees IS
'Minor units: what gateways kept, minus what they gave back, as booked.';
GRANT SELECT ON report.v_daily_fees_safe TO app_readonly;
