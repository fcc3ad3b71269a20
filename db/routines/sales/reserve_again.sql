-- Reserves the stock of an order that had given it back: all of it, or nothing and the answer is false.
-- Called by: apply_payment.
-- Locks:     stock rows, in product order; the caller holds the order.
CREATE OR REPLACE FUNCTION sales.reserve_again(order_id uuid)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_line record;
BEGIN
    PERFORM FROM catalog.stock AS s
    WHERE s.product_id IN (SELECT i.product_id FROM sales.order_items AS i WHERE i.order_id = reserve_again.order_id)
    ORDER BY s.product_id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT FROM sales.order_items AS i JOIN catalog.stock AS s ON s.product_id = i.product_id
        WHERE i.order_id = reserve_again.order_id AND s.on_hand - s.reserved < i.quantity)
    THEN
        RETURN false;
    END IF;
    FOR v_line IN
        SELECT i.product_id, i.quantity FROM sales.order_items AS i WHERE i.order_id = reserve_again.order_id ORDER BY i.product_id
    LOOP
        PERFORM catalog.reserve_stock(v_line.product_id, v_line.quantity, reserve_again.order_id);
    END LOOP;
    RETURN true;
END $$;

GRANT EXECUTE ON FUNCTION sales.reserve_again TO store_api;
