-- A webhook endpoint is visible to its owner, and to an admin, who can disable it.
ALTER TABLE messaging.webhook_endpoints ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS own_rows ON messaging.webhook_endpoints;
CREATE POLICY own_rows ON messaging.webhook_endpoints TO store_api
    USING (account_id = (SELECT identity.current_actor()) OR (SELECT identity.current_audience()) = 'admin');

REVOKE ALL ON messaging.webhook_endpoints FROM store_api;
GRANT SELECT, DELETE ON messaging.webhook_endpoints TO store_api;
GRANT INSERT (account_id, url, types, description, after_event_id) ON messaging.webhook_endpoints TO store_api;
GRANT UPDATE (url, types, description, status, disabled_reason, disabled_at, failing_since, version)
    ON messaging.webhook_endpoints TO store_api;

CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON messaging.webhook_endpoints
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('id');
CREATE OR REPLACE TRIGGER audit_update AFTER UPDATE ON messaging.webhook_endpoints
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION audit.record_change('id', 'version', 'failing_since');
CREATE OR REPLACE TRIGGER audit_delete AFTER DELETE ON messaging.webhook_endpoints
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('id');
