-- The components of bundles: public to read; merchants write those of their own bundles.
ALTER TABLE catalog.bundle_items ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS public_read ON catalog.bundle_items;
CREATE POLICY public_read ON catalog.bundle_items FOR SELECT TO store_api USING (true);
DROP POLICY IF EXISTS own_write ON catalog.bundle_items;
CREATE POLICY own_write ON catalog.bundle_items TO store_api USING (
    bundle_id IN (SELECT p.id FROM catalog.products AS p WHERE p.merchant_id = (SELECT identity.current_actor())));

REVOKE ALL ON catalog.bundle_items FROM store_api;
GRANT SELECT, DELETE ON catalog.bundle_items TO store_api;
GRANT INSERT (bundle_id, product_id, quantity) ON catalog.bundle_items TO store_api;

CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON catalog.bundle_items
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('bundle_id');
CREATE OR REPLACE TRIGGER audit_delete AFTER DELETE ON catalog.bundle_items
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('bundle_id');
