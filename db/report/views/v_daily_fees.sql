-- report.daily_fees for the API: returns rows to an admin only. (Row security does not apply to a materialised view.)
CREATE OR REPLACE VIEW report.v_daily_fees WITH (security_barrier) AS
SELECT f.day, f.currency, f.fees
FROM report.daily_fees AS f
WHERE (SELECT identity.current_audience()) = 'admin';

GRANT SELECT ON report.v_daily_fees TO store_api;
