-- Removes the reserved pieces of a paid order from the stock.
-- Callers:   settle_order, with the products in lock order.
-- Locks:     those of change_stock, in product order.
-- Plans:     generic, because PostgreSQL would otherwise plan statements that read arrays at each call.
CREATE OR REPLACE FUNCTION catalog.sell_stock(product_ids uuid[], quantities bigint[], order_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    FOR i IN 1 .. coalesce(cardinality(sell_stock.product_ids), 0) LOOP
        PERFORM catalog.change_stock(sell_stock.product_ids[i], -sell_stock.quantities[i], -sell_stock.quantities[i]);
    END LOOP;
    INSERT INTO catalog.stock_movements (product_id, kind, on_hand_delta, reserved_delta, order_id, actor_id)
    SELECT m.product_id, 'sale', -m.quantity, -m.quantity, sell_stock.order_id, identity.current_actor()
    FROM unnest(sell_stock.product_ids, sell_stock.quantities) AS m (product_id, quantity);
END $$;

GRANT EXECUTE ON FUNCTION catalog.sell_stock TO store_api;
