-- Releases pieces that were reserved for a pending order.
-- Callers:   modify_order, delete_product_in_order, cancel_order.
-- Locks:     those of change_stock; call it in product order.
CREATE OR REPLACE FUNCTION catalog.release_stock(product_id uuid, quantity bigint, order_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM catalog.change_stock(release_stock.product_id, 0, -release_stock.quantity);
    INSERT INTO catalog.stock_movements (product_id, kind, on_hand_delta, reserved_delta, order_id, actor_id)
    VALUES (release_stock.product_id, 'release', 0, -release_stock.quantity, release_stock.order_id,
            identity.current_actor());
END $$;

GRANT EXECUTE ON FUNCTION catalog.release_stock TO store_api;
