DROP TABLE messaging.webhook_progress, messaging.webhook_attempts, messaging.webhook_deliveries, messaging.webhook_secrets,
    messaging.webhook_endpoints, messaging.streams;
DROP INDEX messaging.events_log;
ALTER TABLE messaging.events DROP COLUMN xact;
