ALTER TABLE audit.security_events DROP COLUMN api_key_id;
ALTER TABLE audit.changes DROP COLUMN api_key_id;
DROP TABLE identity.api_keys;
