-- What staff note about orders: visible to staff only.
ALTER TABLE sales.order_notes ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS staff_only ON sales.order_notes;
CREATE POLICY staff_only ON sales.order_notes TO store_api USING ((SELECT identity.is_staff()));

REVOKE ALL ON sales.order_notes FROM store_api;
GRANT SELECT ON sales.order_notes TO store_api;
GRANT INSERT (order_id, author_id, text) ON sales.order_notes TO store_api;

CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON sales.order_notes
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('id');
CREATE OR REPLACE TRIGGER audit_update AFTER UPDATE ON sales.order_notes
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION audit.record_change('id');
