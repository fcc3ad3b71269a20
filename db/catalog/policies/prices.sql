-- Prices are public to read; merchants write those of their own products.
ALTER TABLE catalog.prices ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS public_read ON catalog.prices;
CREATE POLICY public_read ON catalog.prices FOR SELECT TO store_api USING (true);
DROP POLICY IF EXISTS own_write ON catalog.prices;
CREATE POLICY own_write ON catalog.prices TO store_api USING (
    product_id IN (SELECT p.id FROM catalog.products AS p WHERE p.merchant_id = (SELECT identity.current_actor())));

REVOKE ALL ON catalog.prices FROM store_api;
GRANT SELECT, DELETE ON catalog.prices TO store_api;
GRANT INSERT (product_id, currency, version, amount, valid, created_by) ON catalog.prices TO store_api;
GRANT UPDATE (valid) ON catalog.prices TO store_api;
GRANT SELECT ON catalog.currencies TO store_api;

CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON catalog.prices
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('product_id');
CREATE OR REPLACE TRIGGER audit_delete AFTER DELETE ON catalog.prices
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('product_id');
