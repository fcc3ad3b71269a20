-- Pieces that were set aside leave the shop: their order is paid.
-- Called by: settle_order.
-- Locks:     the product's stock row; call it in product order.
CREATE OR REPLACE FUNCTION catalog.sell_stock(product_id uuid, quantity bigint, order_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE catalog.stock AS s SET on_hand = s.on_hand - sell_stock.quantity, reserved = s.reserved - sell_stock.quantity WHERE s.product_id = sell_stock.product_id;
    INSERT INTO catalog.stock_movements (product_id, kind, on_hand_delta, reserved_delta, order_id, actor_id)
    VALUES (sell_stock.product_id, 'sale', -sell_stock.quantity, -sell_stock.quantity, sell_stock.order_id, identity.current_actor());
END $$;

GRANT EXECUTE ON FUNCTION catalog.sell_stock TO store_api;
