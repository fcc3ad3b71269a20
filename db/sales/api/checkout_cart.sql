-- Turns all lines of the cart, or selected ones, into an order, in one transaction; the rest stays in the cart.
-- Locks:  the cart (so that a double click creates one order), then those of create_order.
-- Errors: cart_empty 422, cart_item_not_found 404, product_not_found 404 with the line, and those of create_order.
CREATE FUNCTION api.checkout_cart(
    item_ids api.ids DEFAULT NULL, shipping_address_id uuid DEFAULT NULL, promo_code api.short_text DEFAULT NULL,
    currency api.currency DEFAULT NULL, shipping_method_id uuid DEFAULT NULL,
    buyer_reference api.short_text DEFAULT NULL, expected_total api.expected_total DEFAULT NULL,
    metadata api.metadata DEFAULT NULL
)
RETURNS api."order"
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_currency   text;
    v_items      uuid[];
    v_lines      record;
    v_order_id   uuid;
BEGIN
    v_currency := sales.lock_cart(v_actor);
    v_currency := coalesce(checkout_cart.currency, v_currency);
    WITH taken AS (
        DELETE FROM sales.cart_items AS i
        WHERE i.account_id = v_actor AND (checkout_cart.item_ids IS NULL OR i.id = ANY (checkout_cart.item_ids))
        RETURNING i.id, i.product_id, i.quantity
    )
    SELECT array_agg(t.id) AS ids,
           array_agg(t.product_id) FILTER (WHERE p.kind = 'product') AS products,
           array_agg(t.quantity::bigint) FILTER (WHERE p.kind = 'product') AS quantities,
           array_agg(t.product_id) FILTER (WHERE p.kind = 'bundle') AS bundles,
           array_agg(t.quantity::bigint) FILTER (WHERE p.kind = 'bundle') AS bundle_quantities,
           min(t.id::text || p.name) FILTER (WHERE p.deleted_at IS NOT NULL) AS deleted
    INTO STRICT v_lines FROM taken AS t JOIN catalog.products AS p ON p.id = t.product_id;
    v_items := v_lines.ids;
    IF EXISTS (SELECT FROM unnest(checkout_cart.item_ids) AS w (id)
               WHERE w.id IS NULL OR w.id <> ALL (coalesce(v_items, '{}'))) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'cart_item_not_found',
            MESSAGE = 'There is no such line in your cart.';
    ELSIF v_items IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'cart_empty',
            MESSAGE = 'There is nothing in the cart to order.';
    ELSIF v_lines.deleted IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'product_not_found',
            MESSAGE = format('%s is no longer sold.', substr(v_lines.deleted, 37)),
            HINT = 'Remove it from the cart, or order the other lines (item_ids).',
            DETAIL = json_build_object('item_id', left(v_lines.deleted, 36))::text;
    END IF;
    v_order_id := sales.place_order(v_actor, v_currency, v_lines.products, v_lines.quantities, v_lines.bundles,
                                    v_lines.bundle_quantities,
                                    sales.snapshot_address(checkout_cart.shipping_address_id, v_actor),
                                    checkout_cart.promo_code, checkout_cart.shipping_method_id,
                                    identity.buyer_tax_id(v_actor, checkout_cart.shipping_address_id),
                                    checkout_cart.buyer_reference, checkout_cart.expected_total,
                                    checkout_cart.metadata);
    RETURN api.render_order(o) FROM sales.orders AS o WHERE o.id = v_order_id;
END $$;

COMMENT ON FUNCTION api.checkout_cart IS
'Order what is in the cart

All lines, or those of `item_ids`; the rest stays in the cart. One transaction: either the order is created and the
lines are removed, or nothing changes. `expected_total` and `metadata` are those of `POST /orders`.';

GRANT EXECUTE ON FUNCTION api.checkout_cart TO app_customer;
