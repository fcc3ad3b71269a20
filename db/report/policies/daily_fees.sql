-- For analysts: sums without personal data.
GRANT SELECT ON report.daily_fees TO app_readonly;
