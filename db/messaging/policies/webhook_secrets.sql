-- Secrets of webhooks: store_api has no grant, and row security without a policy would hide every row even with a
-- grant. Only messaging.add_webhook_secret(), claim_deliveries() and purge_deliveries() use them.
ALTER TABLE messaging.webhook_secrets ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON messaging.webhook_secrets FROM store_api;
