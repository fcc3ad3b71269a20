-- Uses of promotions: customers see those of their own orders; staff see all. Written only by the SECURITY DEFINER
-- routines that count them.
ALTER TABLE sales.promotion_uses ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS own_rows ON sales.promotion_uses;
CREATE POLICY own_rows ON sales.promotion_uses TO store_api
    USING (account_id = (SELECT identity.current_actor()) OR (SELECT identity.is_staff()));

REVOKE ALL ON sales.promotion_uses FROM store_api;
GRANT SELECT ON sales.promotion_uses TO store_api;
GRANT UPDATE (discount) ON sales.promotion_uses TO store_api;

CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON sales.promotion_uses
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('id');
CREATE OR REPLACE TRIGGER audit_update AFTER UPDATE ON sales.promotion_uses
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION audit.record_change('id');
