-- A customer sees their own shipments and their contents; staff and services see all.
ALTER TABLE fulfilment.shipments ENABLE ROW LEVEL SECURITY;
ALTER TABLE fulfilment.shipment_items ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS own_rows ON fulfilment.shipments;
CREATE POLICY own_rows ON fulfilment.shipments TO store_api
    USING (account_id = (SELECT identity.current_actor()) OR (SELECT identity.is_staff()));
DROP POLICY IF EXISTS own_rows ON fulfilment.shipment_items;
CREATE POLICY own_rows ON fulfilment.shipment_items TO store_api
    USING (account_id = (SELECT identity.current_actor()) OR (SELECT identity.is_staff()));

REVOKE ALL ON fulfilment.shipments, fulfilment.shipment_items FROM store_api;
GRANT SELECT ON fulfilment.shipments, fulfilment.shipment_items TO store_api;
GRANT INSERT (order_id, account_id, payment_id, status, carrier, asks_carrier, tracking_number, tracking_url,
              address, book_until, requested_by)
    ON fulfilment.shipments TO store_api;
GRANT UPDATE (status, carrier, booking_reference, tracking_number, tracking_url, failure_code, check_at, booked_at,
              book_until, shipped_at, delivered_at, version)
    ON fulfilment.shipments TO store_api;
GRANT INSERT (shipment_id, order_item_id, account_id, quantity) ON fulfilment.shipment_items TO store_api;

CREATE OR REPLACE TRIGGER check_transition BEFORE UPDATE OF status ON fulfilment.shipments
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION fulfilment.check_shipment_transition();

CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON fulfilment.shipments
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('id');
CREATE OR REPLACE TRIGGER audit_update AFTER UPDATE ON fulfilment.shipments
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION audit.record_change('id', 'version', 'check_at');
CREATE OR REPLACE TRIGGER audit_delete AFTER DELETE ON fulfilment.shipments
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('id');

-- These triggers follow changes of orders and payments, whichever code makes them.
CREATE OR REPLACE TRIGGER cancel_shipments AFTER UPDATE OF status ON sales.orders
    FOR EACH ROW WHEN (NEW.status = 'cancelled' AND OLD.status = 'paid') EXECUTE FUNCTION fulfilment.cancel_shipments();
CREATE OR REPLACE TRIGGER keep_address BEFORE UPDATE OF shipping_address ON sales.orders
    FOR EACH ROW WHEN (OLD.shipping_address IS DISTINCT FROM NEW.shipping_address)
    EXECUTE FUNCTION fulfilment.keep_address();
CREATE OR REPLACE TRIGGER release_credit AFTER UPDATE OF status ON payments.payments
    FOR EACH ROW WHEN (OLD.status = 'authorized' AND NEW.status <> 'completed' AND NEW.hold_id IS NOT NULL)
    EXECUTE FUNCTION fulfilment.release_credit();
