-- Sets pieces aside, or says why not. Never more than there are: the UPDATE finds no row, and the CHECK would refuse anyway.
-- Whoever calls it writes the movement: reserve_stock one at a time, place_order all of an order's at once. Answers true, always: an expression
-- is called in half the time of a statement (PERFORM).
-- Called by: reserve_stock, place_order.
-- Errors:    out_of_stock 409 (with what is available), product_not_found 404.
-- Locks:     the product's stock row, or one of its parts; call it in product order.
CREATE OR REPLACE FUNCTION catalog.hold_stock(product_id uuid, quantity bigint)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_stock record;
BEGIN
    LOOP
        UPDATE catalog.stock AS s SET reserved = s.reserved + hold_stock.quantity
        WHERE s.ctid = (
            SELECT t.ctid FROM catalog.stock AS t
            WHERE t.product_id = hold_stock.product_id AND t.split_at IS NULL AND t.on_hand - t.reserved >= hold_stock.quantity
            FOR NO KEY UPDATE SKIP LOCKED);
        IF FOUND THEN
            RETURN true;
        END IF;
        SELECT s.split_at, s.on_hand - s.reserved AS available INTO v_stock FROM catalog.stock AS s WHERE s.product_id = hold_stock.product_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'product_not_found', MESSAGE = 'There is no such product.';
        ELSIF v_stock.split_at IS NOT NULL THEN
            IF catalog.move_parts(hold_stock.product_id, 0, hold_stock.quantity) THEN
                RETURN true;
            END IF;
        ELSIF v_stock.available < hold_stock.quantity THEN
            PERFORM catalog.refuse_stock(hold_stock.product_id, hold_stock.quantity, v_stock.available);
        ELSE
            -- Somebody has it at this moment. Wait, and lay it out in parts for those behind.
            PERFORM FROM catalog.stock AS s WHERE s.product_id = hold_stock.product_id FOR NO KEY UPDATE;
            PERFORM catalog.split_stock(hold_stock.product_id);
        END IF;
        -- Pieces came back, or together, between the two statements: nobody is refused what is there.
    END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION catalog.hold_stock TO store_api;
