-- report.daily_fees for the API: returns rows to an admin only. (Row security does not apply to a materialised view.)
CREATE OR REPLACE VIEW report.v_daily_fees WITH (security_barrier) AS
SELECT f.day, f.currency, f.fees
FROM report.daily_fees AS f
WHERE (SELECT identity.current_audience()) = 'admin';

COMMENT ON VIEW report.v_daily_fees IS
'report.daily_fees for the API of administrators; empty for everyone else.';
COMMENT ON COLUMN report.v_daily_fees.day IS 'The day (UTC).';
COMMENT ON COLUMN report.v_daily_fees.currency IS 'ISO 4217.';
COMMENT ON COLUMN report.v_daily_fees.fees IS 'Minor units: what gateways kept.';
GRANT SELECT ON report.v_daily_fees TO store_api;
