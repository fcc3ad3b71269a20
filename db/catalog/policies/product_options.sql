-- The options of parents: public to read; merchants write those of their own.
ALTER TABLE catalog.product_options ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS public_read ON catalog.product_options;
CREATE POLICY public_read ON catalog.product_options FOR SELECT TO store_api USING (true);
DROP POLICY IF EXISTS own_write ON catalog.product_options;
CREATE POLICY own_write ON catalog.product_options TO store_api USING (
    product_id IN (SELECT p.id FROM catalog.products AS p WHERE p.merchant_id = (SELECT identity.current_actor())));

REVOKE ALL ON catalog.product_options FROM store_api;
GRANT SELECT, DELETE ON catalog.product_options TO store_api;
GRANT INSERT (product_id, position, name, "values") ON catalog.product_options TO store_api;

CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON catalog.product_options
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('product_id');
CREATE OR REPLACE TRIGGER audit_delete AFTER DELETE ON catalog.product_options
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('product_id');

-- A parent is never priced, stocked or put into a cart or a bundle. It cannot be ordered either: an order line takes
-- its price from catalog.prices and its pieces from catalog.stock.
CREATE OR REPLACE TRIGGER no_parent AFTER INSERT ON catalog.prices
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.refuse_parents();
CREATE OR REPLACE TRIGGER no_parent AFTER INSERT ON catalog.stock
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.refuse_parents();
CREATE OR REPLACE TRIGGER no_parent AFTER INSERT ON catalog.bundle_items
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.refuse_parents();
CREATE OR REPLACE TRIGGER no_parent AFTER INSERT ON sales.cart_items
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION catalog.refuse_parents();

-- Products without variants do not pay for it: the WHEN clause is evaluated without a function call.
CREATE OR REPLACE TRIGGER check_variant BEFORE INSERT OR UPDATE OF parent_id, option_values, merchant_id, deleted_at
    ON catalog.products FOR EACH ROW WHEN (new.parent_id IS NOT NULL AND new.deleted_at IS NULL)
    EXECUTE FUNCTION catalog.check_variant();
CREATE OR REPLACE TRIGGER check_parent BEFORE UPDATE OF kind, merchant_id
    ON catalog.products FOR EACH ROW WHEN (new.kind <> old.kind OR new.merchant_id <> old.merchant_id)
    EXECUTE FUNCTION catalog.check_parent();
