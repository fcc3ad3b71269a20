ALTER TABLE sales.settings DROP COLUMN security_events_kept;
DELETE FROM monitor.counters WHERE name = 'security_events_total';
DROP TABLE audit.security_events_counted, audit.security_events;
