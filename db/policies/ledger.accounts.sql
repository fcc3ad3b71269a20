-- Ledger accounts: their owner's to see, and the staff's. Written by ledger.open_account() and ledger.post_transfer() only.
ALTER TABLE ledger.accounts ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS own_rows ON ledger.accounts;
CREATE POLICY own_rows ON ledger.accounts FOR SELECT TO store_api
    USING (owner_id = (SELECT identity.current_actor()) OR (SELECT identity.is_staff()));

REVOKE ALL ON ledger.accounts FROM store_api;
GRANT SELECT ON ledger.accounts TO store_api;
