-- The caller's cart as a client reads it, with today's prices and stock; what was deleted has no price. Not an
-- endpoint.
-- Callers:   api.add_cart_item, api.delete_cart_item, api.get_cart, api.update_cart_item.
CREATE FUNCTION api.render_cart(account_id uuid)
RETURNS api.cart
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- 2^53 - 1. More than an order can cost, and JavaScript can count, is in a cart only if prices rose in it.
    c_most CONSTANT bigint := 9007199254740991;
    v_cart     record;
    v_items    api.cart_item[];
    v_subtotal bigint;
BEGIN
    SELECT c.id, c.currency INTO v_cart FROM sales.carts AS c WHERE c.account_id = render_cart.account_id;
    SELECT coalesce(array_agg(ROW(i.id, CASE p.kind WHEN 'product' THEN p.id END,
                                  CASE p.kind WHEN 'bundle' THEN p.id END, p.name, i.quantity, i.price_when_added,
                                  q.amount,
                                  CASE WHEN p.deleted_at IS NULL THEN catalog.available_pieces(p.id, p.kind = 'bundle')
                                       ELSE 0 END,
                                  CASE WHEN q.amount IS NOT NULL THEN least(q.amount * i.quantity, c_most) END
                              )::api.cart_item
                              ORDER BY i.id), '{}'),
           least(coalesce(sum(q.amount * i.quantity), 0)::bigint, c_most)
    INTO v_items, v_subtotal
    FROM sales.cart_items AS i
    JOIN catalog.products AS p ON p.id = i.product_id
    LEFT JOIN LATERAL catalog.price_in_force(i.product_id, v_cart.currency::text) AS q ON p.deleted_at IS NULL
    WHERE i.account_id = render_cart.account_id;
    RETURN ROW(v_cart.id, coalesce(v_cart.currency, 'USD'), v_items, v_subtotal, 0, v_subtotal)::api.cart;
END $$;
