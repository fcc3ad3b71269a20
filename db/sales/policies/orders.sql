-- A customer sees their own orders; staff and services see all. Only the columns that functions change can be updated.
ALTER TABLE sales.orders ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS own_rows ON sales.orders;
CREATE POLICY own_rows ON sales.orders TO store_api
    USING (account_id = (SELECT identity.current_actor()) OR (SELECT identity.is_staff()));

REVOKE ALL ON sales.orders FROM store_api;
GRANT SELECT ON sales.orders TO store_api;
GRANT INSERT (id, account_id, currency, shipping_address, promo_code, expires_at, subtotal, discount, tax, shipping,
              total, commission_basis_points, shipping_method_id, weight, fulfilment_status, buyer_tax_id,
              buyer_reference, metadata)
    ON sales.orders TO store_api;
GRANT UPDATE (status, subtotal, discount, tax, tax_included, shipping, shipping_tax, shipping_tax_included,
              shipping_parts, tax_country, tax_region, taxed_at, buyer_tax_id, total, weight, amount_paid,
              amount_refunded, shipping_refunded, shipping_address, shipping_method_id, promo_code, cancel_reason,
              expires_at, paid_at, fulfilment_status, hold_reason, metadata, version)
    ON sales.orders TO store_api;

CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON sales.orders
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_new_orders();
CREATE OR REPLACE TRIGGER audit_update AFTER UPDATE ON sales.orders
    FOR EACH ROW EXECUTE FUNCTION audit.record_order_update();
CREATE OR REPLACE TRIGGER audit_delete AFTER DELETE ON sales.orders
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('id');

-- The WHEN clause calls the trigger only for changes of status; it costs nothing for other updates.
CREATE OR REPLACE TRIGGER check_transition BEFORE UPDATE OF status ON sales.orders
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION sales.check_transition();
