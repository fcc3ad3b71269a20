-- Entries of the gateways' books: visible to the shop's services and staff, never to a customer. What moved never
-- changes.
ALTER TABLE payments.gateway_movements ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS staff_only ON payments.gateway_movements;
CREATE POLICY staff_only ON payments.gateway_movements TO store_api USING ((SELECT identity.is_staff()));

REVOKE ALL ON payments.gateway_movements FROM store_api;
GRANT SELECT ON payments.gateway_movements TO store_api;
GRANT INSERT (provider, movement_id, payment_id, charge_reference, kind, amount, currency, fee, fee_currency,
              case_reference, refund_id, status, reason, run_id, moved_at, settled_amount, settled_currency)
    ON payments.gateway_movements TO store_api;
GRANT UPDATE (payment_id, status, run_id, booked, settled_amount, settled_currency, exchanged)
    ON payments.gateway_movements TO store_api;
