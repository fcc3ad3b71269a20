-- Moves what is in a guest's cart into an account's: quantities are added, up to what is in stock, and never less than
-- the account had. What is not sold in the account's currency, or has no place in a cart of 200 lines, is left out. An
-- empty cart takes over the guest's currency.
-- Callers:   api.create_session.
-- Locks:     the guest's account, the guest's cart, then the account's.
-- Errors:    guest_token_invalid 422.
-- Definer:   reads and empties another account's cart.
CREATE OR REPLACE FUNCTION identity.take_guest_cart(guest_token text, account_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_guest    CONSTANT uuid := identity.require_guest(take_guest_cart.guest_token);
    v_currency text;
    v_theirs   text;
BEGIN
    SELECT c.currency INTO v_theirs FROM sales.carts AS c WHERE c.account_id = v_guest FOR UPDATE;
    IF NOT EXISTS (SELECT FROM sales.cart_items AS i WHERE i.account_id = v_guest) THEN
        RETURN;
    END IF;
    v_currency := sales.lock_cart(take_guest_cart.account_id);
    IF v_currency <> v_theirs
        AND NOT EXISTS (SELECT FROM sales.cart_items AS i WHERE i.account_id = take_guest_cart.account_id)
    THEN
        v_currency := v_theirs;
        UPDATE sales.carts AS c SET currency = v_currency WHERE c.account_id = take_guest_cart.account_id;
    END IF;
    WITH wanted AS (
        SELECT g.product_id, g.quantity + coalesce(o.quantity, 0) AS quantity, o.quantity AS own,
               catalog.available_pieces(g.product_id, p.kind = 'bundle') AS available,
               CASE WHEN v_currency = v_theirs THEN g.price_when_added ELSE q.amount END AS price,
               count(*) FILTER (WHERE o.id IS NULL) OVER (ORDER BY g.id)
                   + (SELECT count(*) FROM sales.cart_items AS c
                      WHERE c.account_id = take_guest_cart.account_id) AS place
        FROM sales.cart_items AS g
        JOIN catalog.products AS p ON p.id = g.product_id AND p.deleted_at IS NULL
        CROSS JOIN LATERAL catalog.price_in_force(g.product_id, v_currency) AS q
        LEFT JOIN sales.cart_items AS o
               ON o.account_id = take_guest_cart.account_id AND o.product_id = g.product_id
        WHERE g.account_id = v_guest AND q.amount IS NOT NULL
    )
    INSERT INTO sales.cart_items AS i (account_id, product_id, quantity, price_when_added)
    SELECT take_guest_cart.account_id, w.product_id,
           greatest(coalesce(w.own, 0), least(w.quantity, w.available, 10000)), w.price
    FROM wanted AS w
    WHERE greatest(coalesce(w.own, 0), least(w.quantity, w.available)) > 0 AND (w.own IS NOT NULL OR w.place <= 200)
    ON CONFLICT ON CONSTRAINT cart_item_twice DO UPDATE SET quantity = excluded.quantity;
    DELETE FROM sales.cart_items AS i WHERE i.account_id = v_guest;
END $$;

GRANT EXECUTE ON FUNCTION identity.take_guest_cart TO store_api;
