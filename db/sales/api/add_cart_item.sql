-- Adds pieces of a product or bundle to the cart. Nothing is reserved, but more than is in stock is refused, and
-- more lines than an order can have.
-- Locks:  the cart.
-- Errors: product_not_found, bundle_not_found 404; line_needs_product_or_bundle, product_not_sold_in_currency 422;
--         out_of_stock, product_not_for_sale, quantity_out_of_range, cart_full, cart_too_expensive 409.
CREATE FUNCTION api.add_cart_item(quantity api.quantity, product_id uuid DEFAULT NULL, bundle_id uuid DEFAULT NULL)
RETURNS api.cart
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_id     CONSTANT uuid := coalesce(add_cart_item.product_id, add_cart_item.bundle_id);
    v_bundle CONSTANT boolean := add_cart_item.product_id IS NULL;
    v_currency text;
    v_product  record;
    v_quantity bigint;
    v_cart     api.cart;
BEGIN
    PERFORM sales.require_one_id(ARRAY[add_cart_item.product_id], ARRAY[add_cart_item.bundle_id]);
    v_currency := sales.lock_cart(v_actor);
    v_product := catalog.find_offer(v_id, v_currency, v_bundle);
    PERFORM catalog.require_for_sale(ARRAY[v_id]);
    IF (SELECT count(*) >= 200 AND count(*) FILTER (WHERE i.product_id = v_id) = 0
        FROM sales.cart_items AS i WHERE i.account_id = v_actor) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'cart_full',
            MESSAGE = 'A cart can have at most 200 lines, as an order can.', HINT = 'Remove a line first.';
    END IF;
    INSERT INTO sales.cart_items AS i (account_id, product_id, quantity, price_when_added)
    VALUES (v_actor, v_id, add_cart_item.quantity, v_product.amount)
    ON CONFLICT ON CONSTRAINT cart_item_twice DO UPDATE SET quantity = i.quantity + excluded.quantity
    RETURNING i.quantity INTO v_quantity;
    PERFORM catalog.require_stock(v_id, v_quantity, v_bundle);
    v_cart := api.render_cart(v_actor);
    PERFORM sales.require_cart_total(v_cart.total);
    RETURN v_cart;
END $$;

COMMENT ON FUNCTION api.add_cart_item IS
'Put a product or a bundle into the cart

Adds to the quantity that is in the cart. More than is in stock is refused, with what is available. Nothing is reserved
until the order is created.';

GRANT EXECUTE ON FUNCTION api.add_cart_item TO app_customer;
