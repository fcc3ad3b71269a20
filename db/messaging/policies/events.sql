-- A customer sees the business events of their own; staff and services see all. Written only by
-- messaging.record_event(); append-only.
ALTER TABLE messaging.events ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS own_rows ON messaging.events;
CREATE POLICY own_rows ON messaging.events FOR SELECT TO store_api
    USING (account_id = (SELECT identity.current_actor()) OR (SELECT identity.is_staff()));

-- Readers of the publication storeproc_events: its columns, for the copy of what was there before. They see no actors.
DROP POLICY IF EXISTS published ON messaging.events;
CREATE POLICY published ON messaging.events FOR SELECT TO store_events USING (true);
GRANT USAGE ON SCHEMA messaging TO store_events;
REVOKE ALL ON messaging.events FROM store_events;
GRANT SELECT (id, type, order_id, account_id, data, created_at) ON messaging.events TO store_events;

REVOKE ALL ON messaging.events FROM store_api;
GRANT SELECT ON messaging.events TO store_api;
