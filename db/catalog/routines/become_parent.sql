-- Turns a product that was never sold into one with options: it leaves all carts, and its prices and stock end, since
-- those are its variants' from now on.
-- Callers:   api.update_product.
-- Locks:     the product's stock row; the caller holds the product.
-- Errors:    those of check_parent; stock_below_reserved 409.
-- Definer:   carts belong to other accounts.
CREATE OR REPLACE FUNCTION catalog.become_parent(product_id uuid, merchant_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_stock catalog.stock;
BEGIN
    v_stock := catalog.lock_stock(become_parent.product_id);
    IF v_stock.on_hand > 0 THEN
        INSERT INTO catalog.stock_movements (product_id, kind, on_hand_delta, reserved_delta, reason, actor_id)
        VALUES (become_parent.product_id, 'adjustment', -v_stock.on_hand, 0, 'it has variants now',
                become_parent.merchant_id);
    END IF;
    DELETE FROM sales.cart_items AS i WHERE i.product_id = become_parent.product_id;
    DELETE FROM catalog.prices AS r WHERE r.product_id = become_parent.product_id;
    DELETE FROM catalog.stock AS s WHERE s.product_id = become_parent.product_id;
    UPDATE catalog.products AS p SET kind = 'parent'
    WHERE p.id = become_parent.product_id AND p.merchant_id = become_parent.merchant_id;
END $$;

GRANT EXECUTE ON FUNCTION catalog.become_parent TO store_api;
