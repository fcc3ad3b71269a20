-- Pieces that were set aside leave the shop: their order is paid.
-- Called by: settle_order.
-- Locks:     those of change_stock; call it in product order.
CREATE OR REPLACE FUNCTION catalog.sell_stock(product_id uuid, quantity bigint, order_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM catalog.change_stock(sell_stock.product_id, -sell_stock.quantity, -sell_stock.quantity);
    INSERT INTO catalog.stock_movements (product_id, kind, on_hand_delta, reserved_delta, order_id, actor_id)
    VALUES (sell_stock.product_id, 'sale', -sell_stock.quantity, -sell_stock.quantity, sell_stock.order_id, identity.current_actor());
END $$;

GRANT EXECUTE ON FUNCTION catalog.sell_stock TO store_api;
