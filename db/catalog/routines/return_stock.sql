-- Puts pieces of a paid order back into stock.
-- Callers:   cancel_order, returns.
-- Locks:     those of change_stock; call it in product order.
CREATE OR REPLACE FUNCTION catalog.return_stock(product_id uuid, quantity bigint, order_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM catalog.change_stock(return_stock.product_id, return_stock.quantity, 0);
    INSERT INTO catalog.stock_movements (product_id, kind, on_hand_delta, reserved_delta, order_id, actor_id)
    VALUES (return_stock.product_id, 'return', return_stock.quantity, 0, return_stock.order_id,
            identity.current_actor());
END $$;

GRANT EXECUTE ON FUNCTION catalog.return_stock TO store_api;
