-- Components of sold bundles: visible together with their order. What was sold never changes.
ALTER TABLE sales.order_item_components ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS own_rows ON sales.order_item_components;
CREATE POLICY own_rows ON sales.order_item_components TO store_api
    USING (account_id = (SELECT identity.current_actor()) OR (SELECT identity.is_staff()));

REVOKE ALL ON sales.order_item_components FROM store_api;
GRANT SELECT, DELETE ON sales.order_item_components TO store_api;
GRANT INSERT (order_item_id, product_id, account_id, sku, name, quantity, pieces, share)
    ON sales.order_item_components TO store_api;
GRANT UPDATE (pieces, pieces_refunded, pieces_returned) ON sales.order_item_components TO store_api;

CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON sales.order_item_components
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('order_item_id');
CREATE OR REPLACE TRIGGER audit_update AFTER UPDATE ON sales.order_item_components
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION audit.record_change('order_item_id');
