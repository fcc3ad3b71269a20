-- A customer sees their own returns, with lines and refunds; staff and services see all. What was requested never
-- changes.
ALTER TABLE fulfilment.returns ENABLE ROW LEVEL SECURITY;
ALTER TABLE fulfilment.return_items ENABLE ROW LEVEL SECURITY;
ALTER TABLE fulfilment.return_refunds ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS own_rows ON fulfilment.returns;
CREATE POLICY own_rows ON fulfilment.returns TO store_api
    USING (account_id = (SELECT identity.current_actor()) OR (SELECT identity.is_staff()));
DROP POLICY IF EXISTS own_rows ON fulfilment.return_items;
CREATE POLICY own_rows ON fulfilment.return_items TO store_api
    USING (account_id = (SELECT identity.current_actor()) OR (SELECT identity.is_staff()));
DROP POLICY IF EXISTS own_rows ON fulfilment.return_refunds;
CREATE POLICY own_rows ON fulfilment.return_refunds TO store_api
    USING (account_id = (SELECT identity.current_actor()) OR (SELECT identity.is_staff()));

REVOKE ALL ON fulfilment.returns, fulfilment.return_items, fulfilment.return_refunds FROM store_api;
GRANT SELECT ON fulfilment.returns, fulfilment.return_items, fulfilment.return_refunds TO store_api;
GRANT INSERT (order_id, account_id, reason) ON fulfilment.returns TO store_api;
GRANT UPDATE (status, rejection_reason, amount, decided_by, received_at, refunded_at, version) ON fulfilment.returns
    TO store_api;
GRANT INSERT (return_id, order_item_id, account_id, quantity) ON fulfilment.return_items TO store_api;
GRANT UPDATE (quantity_received, quantity_restocked) ON fulfilment.return_items TO store_api;
GRANT INSERT (refund_id, return_id, account_id) ON fulfilment.return_refunds TO store_api;

CREATE OR REPLACE TRIGGER check_transition BEFORE UPDATE OF status ON fulfilment.returns
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION fulfilment.check_return_transition();

CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON fulfilment.returns
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('id');
CREATE OR REPLACE TRIGGER audit_update AFTER UPDATE ON fulfilment.returns
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION audit.record_change('id', 'version');
CREATE OR REPLACE TRIGGER audit_delete AFTER DELETE ON fulfilment.returns
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('id');

-- These triggers follow the refunds of a return, whichever code completes or repeats them.
CREATE OR REPLACE TRIGGER follow_refund AFTER UPDATE OF status ON payments.refunds
    FOR EACH ROW WHEN (OLD.status <> 'completed' AND NEW.status = 'completed')
    EXECUTE FUNCTION fulfilment.follow_refund();
CREATE OR REPLACE TRIGGER follow_retry AFTER INSERT ON payments.refunds
    FOR EACH ROW WHEN (NEW.retry_of IS NOT NULL) EXECUTE FUNCTION fulfilment.follow_retry();
