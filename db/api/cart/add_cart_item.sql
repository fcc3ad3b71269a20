-- Puts pieces of a product into the cart, on top of those that are there. Nothing is reserved; what can never be had is refused.
-- Locks:  the cart.
-- Errors: product_not_found 404, product_not_sold_in_currency 422, out_of_stock 409, quantity_out_of_range 409.
CREATE FUNCTION api.add_cart_item(product_id uuid, quantity api.quantity)
RETURNS api.cart
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_currency text;
    v_product  record;
    v_quantity bigint;
BEGIN
    v_currency := sales.lock_cart(v_actor);
    v_product := catalog.find_offer(add_cart_item.product_id, v_currency);
    INSERT INTO sales.cart_items AS i (account_id, product_id, quantity, price_when_added)
    VALUES (v_actor, add_cart_item.product_id, add_cart_item.quantity, v_product.amount)
    ON CONFLICT ON CONSTRAINT cart_item_twice DO UPDATE SET quantity = i.quantity + excluded.quantity
    RETURNING i.quantity INTO v_quantity;
    PERFORM catalog.require_stock(add_cart_item.product_id, v_quantity);
    RETURN api.render_cart(v_actor);
END $$;

COMMENT ON FUNCTION api.add_cart_item IS
'Put a product into the cart

Adds to what is there. More than is in stock is refused with what is available. Nothing is reserved until the order.';

GRANT EXECUTE ON FUNCTION api.add_cart_item TO app_customer;
