-- Deliveries and attempts are visible together with their endpoint. Written by messaging.fan_out_events(),
-- claim_deliveries() and record_attempt(); a client can only request a repeated delivery.
ALTER TABLE messaging.webhook_deliveries ENABLE ROW LEVEL SECURITY;
ALTER TABLE messaging.webhook_attempts ENABLE ROW LEVEL SECURITY;
ALTER TABLE messaging.webhook_progress ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS own_rows ON messaging.webhook_deliveries;
CREATE POLICY own_rows ON messaging.webhook_deliveries TO store_api
    USING (endpoint_id IN (SELECT p.id FROM messaging.webhook_endpoints AS p));
DROP POLICY IF EXISTS own_rows ON messaging.webhook_attempts;
CREATE POLICY own_rows ON messaging.webhook_attempts FOR SELECT TO store_api
    USING (EXISTS (SELECT FROM messaging.webhook_deliveries AS d WHERE d.id = delivery_id));

REVOKE ALL ON messaging.webhook_deliveries, messaging.webhook_attempts, messaging.webhook_progress FROM store_api;
GRANT SELECT ON messaging.webhook_deliveries, messaging.webhook_attempts TO store_api;
GRANT UPDATE (status, attempts, run_at, give_up_at, delivered_at) ON messaging.webhook_deliveries TO store_api;
