-- The state machine of payments, read by its trigger.
REVOKE ALL ON payments.payment_transitions FROM store_api;
GRANT SELECT ON payments.payment_transitions TO store_api;
