-- Security events: an admin reads them. They are written only by audit.record_security_event() and
-- audit.record_refusals(); append-only until the retention ends.
ALTER TABLE audit.security_events ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS admins ON audit.security_events;
CREATE POLICY admins ON audit.security_events FOR SELECT TO store_api
    USING ((SELECT identity.current_audience()) = 'admin');

REVOKE ALL ON audit.security_events, audit.security_events_counted FROM store_api;
GRANT SELECT ON audit.security_events TO store_api;

CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit.security_events
    FOR EACH ROW EXECUTE FUNCTION audit.protect_security_events();
CREATE OR REPLACE TRIGGER no_truncation BEFORE TRUNCATE ON audit.security_events
    FOR EACH STATEMENT EXECUTE FUNCTION audit.protect_rows();
