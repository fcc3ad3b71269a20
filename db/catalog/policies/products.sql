-- Products are public to read; merchants write their own.
ALTER TABLE catalog.products ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS public_read ON catalog.products;
CREATE POLICY public_read ON catalog.products FOR SELECT TO store_api USING (true);
DROP POLICY IF EXISTS own_insert ON catalog.products;
CREATE POLICY own_insert ON catalog.products
    FOR INSERT TO store_api WITH CHECK (merchant_id = (SELECT identity.current_actor()));
DROP POLICY IF EXISTS own_update ON catalog.products;
CREATE POLICY own_update ON catalog.products
    FOR UPDATE TO store_api USING (merchant_id = (SELECT identity.current_actor()));

REVOKE ALL ON catalog.products FROM store_api;
GRANT SELECT ON catalog.products TO store_api;
GRANT INSERT (id, merchant_id, category_id, sku, name, description, attributes, images, kind, weight, tax_category,
              requires_shipping, parent_id, option_values)
    ON catalog.products TO store_api;
GRANT UPDATE (category_id, sku, name, description, attributes, images, weight, tax_category, requires_shipping,
              deleted_at, version, option_values, variant_words)
    ON catalog.products TO store_api;

CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON catalog.products
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION audit.record_change('id', 'search', 'name_key', 'sku_key');
CREATE OR REPLACE TRIGGER audit_update AFTER UPDATE ON catalog.products
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION audit.record_change('id', 'search', 'name_key', 'sku_key');
CREATE OR REPLACE TRIGGER audit_delete AFTER DELETE ON catalog.products
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT
    EXECUTE FUNCTION audit.record_change('id', 'search', 'name_key', 'sku_key');

CREATE OR REPLACE TRIGGER index_inserted BEFORE INSERT ON catalog.products
    FOR EACH ROW EXECUTE FUNCTION catalog.index_product();
CREATE OR REPLACE TRIGGER index_updated BEFORE UPDATE ON catalog.products
    FOR EACH ROW
    WHEN ((old.name, old.sku, old.description, old.attributes, old.variant_words, old.parent_id)
          IS DISTINCT FROM (new.name, new.sku, new.description, new.attributes, new.variant_words, new.parent_id))
    EXECUTE FUNCTION catalog.index_product();
