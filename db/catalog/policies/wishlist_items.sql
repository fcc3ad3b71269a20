-- Wish lists: visible to their owner only.
ALTER TABLE catalog.wishlist_items ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS own_rows ON catalog.wishlist_items;
CREATE POLICY own_rows ON catalog.wishlist_items TO store_api
    USING (account_id = (SELECT identity.current_actor()));

REVOKE ALL ON catalog.wishlist_items FROM store_api;
GRANT SELECT, DELETE ON catalog.wishlist_items TO store_api;
GRANT INSERT (account_id, product_id) ON catalog.wishlist_items TO store_api;
