-- The lines of a refund and their amounts: visible together with the refund.
ALTER TABLE payments.refund_items ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS own_rows ON payments.refund_items;
CREATE POLICY own_rows ON payments.refund_items TO store_api
    USING (account_id = (SELECT identity.current_actor()) OR (SELECT identity.is_staff()));

REVOKE ALL ON payments.refund_items FROM store_api;
GRANT SELECT, INSERT, DELETE ON payments.refund_items TO store_api;
