ALTER TABLE catalog.import_lines DROP COLUMN requires_shipping;
DELETE FROM report.refreshes WHERE name = 'daily_fees';
DROP MATERIALIZED VIEW report.daily_fees CASCADE;
-- The comments stay as they are: no code depends on them.
