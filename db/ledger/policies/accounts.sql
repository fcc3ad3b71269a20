-- Ledger accounts are visible to their owner and to staff. Only ledger.open_account() and the transfers write them.
ALTER TABLE ledger.accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger.balance_parts ENABLE ROW LEVEL SECURITY;     -- read through ledger.read_balances()

DROP POLICY IF EXISTS own_rows ON ledger.accounts;
CREATE POLICY own_rows ON ledger.accounts FOR SELECT TO store_api
    USING (owner_id = (SELECT identity.current_actor()) OR (SELECT identity.is_staff()));

REVOKE ALL ON ledger.accounts, ledger.balance_parts FROM store_api;
GRANT SELECT ON ledger.accounts TO store_api;
