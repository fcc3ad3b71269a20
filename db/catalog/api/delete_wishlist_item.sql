-- Removes a product from the caller's wish list.
-- Locks:  the line of the wish list.
-- Errors: wishlist_item_not_found 404.
CREATE FUNCTION api.delete_wishlist_item(product_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    DELETE FROM catalog.wishlist_items AS i
    WHERE i.account_id = v_actor AND delete_wishlist_item.product_id IN (i.product_id, i.id);
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'wishlist_item_not_found',
            MESSAGE = 'This product is not on your wish list.';
    END IF;
END $$;

COMMENT ON FUNCTION api.delete_wishlist_item IS
'Take a product off your wish list

Identified by the id of the product or of the item.';

GRANT EXECUTE ON FUNCTION api.delete_wishlist_item TO app_customer;
