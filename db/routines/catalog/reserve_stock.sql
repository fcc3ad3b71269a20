-- Sets pieces aside for a pending order. Never more than there are: the UPDATE finds no row, and the CHECK would refuse anyway.
-- Called by: place_order, modify_order.
-- Errors:    out_of_stock 409 (with what is available), product_not_found 404.
-- Locks:     the product's stock row; call it in product order.
CREATE OR REPLACE FUNCTION catalog.reserve_stock(product_id uuid, quantity bigint, order_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_available bigint;
BEGIN
    UPDATE catalog.stock AS s SET reserved = s.reserved + reserve_stock.quantity
    WHERE s.product_id = reserve_stock.product_id AND s.on_hand - s.reserved >= reserve_stock.quantity;
    IF NOT FOUND THEN
        SELECT s.on_hand - s.reserved INTO v_available FROM catalog.stock AS s WHERE s.product_id = reserve_stock.product_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'product_not_found', MESSAGE = 'There is no such product.';
        END IF;
        PERFORM catalog.refuse_stock(reserve_stock.product_id, reserve_stock.quantity, v_available);
    END IF;
    INSERT INTO catalog.stock_movements (product_id, kind, on_hand_delta, reserved_delta, order_id, actor_id)
    VALUES (reserve_stock.product_id, 'reservation', 0, reserve_stock.quantity, reserve_stock.order_id, identity.current_actor());
END $$;

GRANT EXECUTE ON FUNCTION catalog.reserve_stock TO store_api;
