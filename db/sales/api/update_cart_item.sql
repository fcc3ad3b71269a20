-- Sets a line's quantity.
-- Locks:  the cart.
-- Errors: cart_item_not_found 404, out_of_stock, product_not_for_sale, cart_too_expensive 409.
CREATE FUNCTION api.update_cart_item(item_id uuid, quantity api.quantity)
RETURNS api.cart
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_product_id uuid;
    v_cart api.cart;
BEGIN
    PERFORM sales.lock_cart(v_actor);
    UPDATE sales.cart_items AS i SET quantity = update_cart_item.quantity
    WHERE i.id = update_cart_item.item_id AND i.account_id = v_actor RETURNING i.product_id INTO v_product_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'cart_item_not_found',
            MESSAGE = 'There is no such line in your cart.';
    END IF;
    PERFORM catalog.require_for_sale(ARRAY[v_product_id]);
    -- What was deleted stays in the cart until its buyer removes it; checkout refuses it.
    PERFORM catalog.require_stock(p.id, update_cart_item.quantity, p.kind = 'bundle')
    FROM catalog.products AS p
    WHERE p.id = v_product_id AND p.deleted_at IS NULL;
    v_cart := api.render_cart(v_actor);
    PERFORM sales.require_cart_total(v_cart.total);
    RETURN v_cart;
END $$;

COMMENT ON FUNCTION api.update_cart_item IS
'Change the quantity of a cart line';

GRANT EXECUTE ON FUNCTION api.update_cart_item TO app_customer;
