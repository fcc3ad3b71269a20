-- Why orders are on hold: visible to staff and to the gateway service. Customers read hold_reason of their order.
ALTER TABLE sales.order_holds ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS staff_only ON sales.order_holds;
CREATE POLICY staff_only ON sales.order_holds TO store_api USING ((SELECT identity.is_staff()));

REVOKE ALL ON sales.order_holds FROM store_api;
GRANT SELECT ON sales.order_holds TO store_api;
GRANT INSERT (order_id, payment_id, cause, case_reference, reason, held_by, released_at, release_reason)
    ON sales.order_holds TO store_api;
GRANT UPDATE (released_at, released_by, release_reason) ON sales.order_holds TO store_api;

CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON sales.order_holds
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('id');
CREATE OR REPLACE TRIGGER audit_update AFTER UPDATE ON sales.order_holds
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION audit.record_change('id');
