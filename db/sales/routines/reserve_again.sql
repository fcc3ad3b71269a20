-- Reserves again the stock and the promotions of an order that had released them: all of them, or none and it returns
-- false.
-- Callers:   apply_payment.
-- Locks:     stock rows, in product order, then promotions; the caller holds the order.
CREATE OR REPLACE FUNCTION sales.reserve_again(order_id uuid)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_piece record;
BEGIN
    PERFORM catalog.lock_stock(d.product_id)
    FROM (SELECT p.product_id FROM sales.list_pieces(reserve_again.order_id) AS p ORDER BY p.product_id) AS d;
    IF EXISTS (
        SELECT FROM sales.list_pieces(reserve_again.order_id) AS p
        JOIN catalog.stock AS s ON s.product_id = p.product_id
        WHERE s.on_hand - s.reserved < p.quantity)
        OR NOT sales.retake_promotions(reserve_again.order_id)
    THEN
        RETURN false;
    END IF;
    FOR v_piece IN SELECT p.product_id, p.quantity FROM sales.list_pieces(reserve_again.order_id) AS p LOOP
        PERFORM catalog.reserve_stock(v_piece.product_id, v_piece.quantity, reserve_again.order_id);
    END LOOP;
    RETURN true;
END $$;

GRANT EXECUTE ON FUNCTION sales.reserve_again TO store_api;
