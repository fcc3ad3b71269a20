-- A transfer is visible to the owners of its two accounts and to staff. Only ledger.post_transfer() writes transfers;
-- they are append-only.
ALTER TABLE ledger.transfers ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS own_rows ON ledger.transfers;
CREATE POLICY own_rows ON ledger.transfers FOR SELECT TO store_api
    USING ((SELECT identity.is_staff())
           OR debit_account IN (SELECT a.id
                                FROM ledger.accounts AS a
                                WHERE a.owner_id = (SELECT identity.current_actor()))
           OR credit_account IN (SELECT a.id
                                 FROM ledger.accounts AS a
                                 WHERE a.owner_id = (SELECT identity.current_actor())));

REVOKE ALL ON ledger.transfers FROM store_api;
GRANT SELECT ON ledger.transfers TO store_api;
