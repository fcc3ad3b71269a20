-- Locks of wallets are visible to the wallet's owner and to staff, who set them.
ALTER TABLE ledger.wallet_locks ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS own_rows ON ledger.wallet_locks;
CREATE POLICY own_rows ON ledger.wallet_locks FOR SELECT TO store_api
    USING (account_id = (SELECT identity.current_actor()) OR (SELECT identity.is_staff()));
DROP POLICY IF EXISTS staff_writes ON ledger.wallet_locks;
CREATE POLICY staff_writes ON ledger.wallet_locks TO store_api USING ((SELECT identity.is_staff()));

REVOKE ALL ON ledger.wallet_locks FROM store_api;
GRANT SELECT, DELETE ON ledger.wallet_locks TO store_api;
GRANT INSERT (account_id, reason, locked_by) ON ledger.wallet_locks TO store_api;

CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON ledger.wallet_locks
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('account_id');
CREATE OR REPLACE TRIGGER audit_delete AFTER DELETE ON ledger.wallet_locks
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('account_id');
