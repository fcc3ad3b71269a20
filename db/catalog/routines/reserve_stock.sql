-- Reserves pieces for a pending order and writes the movement.
-- Callers:   change_lines.
-- Locks:     those of hold_stock; call it in product order.
-- Errors:    those of hold_stock.
CREATE OR REPLACE FUNCTION catalog.reserve_stock(product_id uuid, quantity bigint, order_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM catalog.hold_stock(reserve_stock.product_id, reserve_stock.quantity);
    INSERT INTO catalog.stock_movements (product_id, kind, on_hand_delta, reserved_delta, order_id, actor_id)
    VALUES (reserve_stock.product_id, 'reservation', 0, reserve_stock.quantity, reserve_stock.order_id,
            identity.current_actor());
END $$;

GRANT EXECUTE ON FUNCTION catalog.reserve_stock TO store_api;
