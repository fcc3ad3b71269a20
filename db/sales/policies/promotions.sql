-- Promotions: staff see and change them. A customer's order finds one by its code through sales.find_promotion(), and
-- counts its use.
ALTER TABLE sales.promotions ENABLE ROW LEVEL SECURITY;
ALTER TABLE sales.promotion_products ENABLE ROW LEVEL SECURITY;
ALTER TABLE sales.promotion_categories ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS staff_only ON sales.promotions;
CREATE POLICY staff_only ON sales.promotions TO store_api USING ((SELECT identity.is_staff()));
DROP POLICY IF EXISTS staff_only ON sales.promotion_products;
CREATE POLICY staff_only ON sales.promotion_products TO store_api USING ((SELECT identity.is_staff()));
DROP POLICY IF EXISTS staff_only ON sales.promotion_categories;
CREATE POLICY staff_only ON sales.promotion_categories TO store_api USING ((SELECT identity.is_staff()));

REVOKE ALL ON sales.promotions, sales.promotion_products, sales.promotion_categories FROM store_api;
GRANT SELECT ON sales.promotions TO store_api;
GRANT INSERT (code, name, kind, basis_points, amount, currency, minimum, cap, valid_from, valid_until, scope,
              total_uses, uses_per_account, stackable, created_by)
    ON sales.promotions TO store_api;
GRANT UPDATE (name, minimum, cap, valid_from, valid_until, scope, total_uses, uses_per_account, stackable, enabled,
              uses, edited_by, version)
    ON sales.promotions TO store_api;
GRANT SELECT, INSERT, DELETE ON sales.promotion_products, sales.promotion_categories TO store_api;

CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON sales.promotions
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('id');
CREATE OR REPLACE TRIGGER audit_update AFTER UPDATE ON sales.promotions
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION audit.record_change('id');
CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON sales.promotion_products
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('promotion_id');
CREATE OR REPLACE TRIGGER audit_delete AFTER DELETE ON sales.promotion_products
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('promotion_id');
CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON sales.promotion_categories
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('promotion_id');
CREATE OR REPLACE TRIGGER audit_delete AFTER DELETE ON sales.promotion_categories
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('promotion_id');
