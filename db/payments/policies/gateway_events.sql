-- Callbacks as they were received: visible to the shop's services and staff, never to a customer. Append-only.
ALTER TABLE payments.gateway_events ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS staff_only ON payments.gateway_events;
CREATE POLICY staff_only ON payments.gateway_events TO store_api USING ((SELECT identity.is_staff()));

REVOKE ALL ON payments.gateway_events FROM store_api;
GRANT SELECT, INSERT ON payments.gateway_events TO store_api;
