-- Removes a line from the cart.
-- Locks:  the cart.
-- Errors: cart_item_not_found 404.
CREATE FUNCTION api.delete_cart_item(item_id uuid)
RETURNS api.cart
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    PERFORM sales.lock_cart(v_actor);
    DELETE FROM sales.cart_items AS i WHERE i.id = delete_cart_item.item_id AND i.account_id = v_actor;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'cart_item_not_found',
            MESSAGE = 'There is no such line in your cart.';
    END IF;
    RETURN api.render_cart(v_actor);
END $$;

COMMENT ON FUNCTION api.delete_cart_item IS
'Take a line out of the cart';

GRANT EXECUTE ON FUNCTION api.delete_cart_item TO app_guest;
