-- Cart lines: visible to their owner only.
ALTER TABLE sales.cart_items ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS own_rows ON sales.cart_items;
CREATE POLICY own_rows ON sales.cart_items TO store_api
    USING (account_id = (SELECT identity.current_actor()));

REVOKE ALL ON sales.cart_items FROM store_api;
GRANT SELECT, DELETE ON sales.cart_items TO store_api;
GRANT INSERT (account_id, product_id, quantity, price_when_added) ON sales.cart_items TO store_api;
GRANT UPDATE (quantity) ON sales.cart_items TO store_api;
