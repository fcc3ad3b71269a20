-- Empties the cart.
-- Locks:  the cart.
CREATE FUNCTION api.clear_cart()
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    PERFORM sales.lock_cart(v_actor);
    DELETE FROM sales.cart_items AS i WHERE i.account_id = v_actor;
END $$;

COMMENT ON FUNCTION api.clear_cart IS
'Empty the cart';

GRANT EXECUTE ON FUNCTION api.clear_cart TO app_guest;
