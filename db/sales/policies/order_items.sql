-- Order lines: visible together with their order.
ALTER TABLE sales.order_items ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS own_rows ON sales.order_items;
CREATE POLICY own_rows ON sales.order_items TO store_api
    USING (account_id = (SELECT identity.current_actor()) OR (SELECT identity.is_staff()));

REVOKE ALL ON sales.order_items FROM store_api;
GRANT SELECT, DELETE ON sales.order_items TO store_api;
GRANT INSERT (order_id, account_id, merchant_id, product_id, bundle, sku, name, quantity, unit_price, price_version,
              discount, tax, total, requires_shipping, metadata)
    ON sales.order_items TO store_api;
GRANT UPDATE (quantity, discount, tax, tax_rate, tax_included, tax_category, exemption_id, taxes, total,
              amount_refunded, quantity_refunded, quantity_returned)
    ON sales.order_items TO store_api;

CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON sales.order_items
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_new_lines();
CREATE OR REPLACE TRIGGER audit_update AFTER UPDATE ON sales.order_items
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION audit.record_change('id');
CREATE OR REPLACE TRIGGER audit_delete AFTER DELETE ON sales.order_items
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('id');
