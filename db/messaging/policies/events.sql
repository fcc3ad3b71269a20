-- A customer sees the business events of their own; staff and services see all. Written only by
-- messaging.record_event(); append-only.
ALTER TABLE messaging.events ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS own_rows ON messaging.events;
CREATE POLICY own_rows ON messaging.events FOR SELECT TO store_api
    USING (account_id = (SELECT identity.current_actor()) OR (SELECT identity.is_staff()));

REVOKE ALL ON messaging.events FROM store_api;
GRANT SELECT ON messaging.events TO store_api;
