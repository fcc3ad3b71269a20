-- Idempotency keys: a caller reaches their own, or those of callers who did not log in.
ALTER TABLE messaging.idempotency_keys ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS own_rows ON messaging.idempotency_keys;
CREATE POLICY own_rows ON messaging.idempotency_keys TO store_api
    USING (scope = (SELECT coalesce(identity.current_actor()::text, 'anonymous')));

REVOKE ALL ON messaging.idempotency_keys FROM store_api;
GRANT SELECT ON messaging.idempotency_keys TO store_api;
GRANT INSERT (scope, route, key, request_hash) ON messaging.idempotency_keys TO store_api;
GRANT UPDATE (answer) ON messaging.idempotency_keys TO store_api;
