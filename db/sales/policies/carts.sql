-- Carts: visible to their owner only.
ALTER TABLE sales.carts ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS own_rows ON sales.carts;
CREATE POLICY own_rows ON sales.carts TO store_api
    USING (account_id = (SELECT identity.current_actor()));

REVOKE ALL ON sales.carts FROM store_api;
GRANT SELECT ON sales.carts TO store_api;
GRANT INSERT (account_id, currency) ON sales.carts TO store_api;
GRANT UPDATE (currency) ON sales.carts TO store_api;
