-- Sets pieces aside, or says why not. Never more than there are: the UPDATE finds no row, and the CHECK would refuse anyway.
-- Whoever calls it writes the movement: reserve_stock one at a time, place_order all of an order's at once.
-- Called by: reserve_stock, place_order.
-- Errors:    out_of_stock 409 (with what is available), product_not_found 404.
-- Locks:     the product's stock row; call it in product order.
CREATE OR REPLACE FUNCTION catalog.hold_stock(product_id uuid, quantity bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_available bigint;
BEGIN
    LOOP
        UPDATE catalog.stock AS s SET reserved = s.reserved + hold_stock.quantity
        WHERE s.product_id = hold_stock.product_id AND s.on_hand - s.reserved >= hold_stock.quantity;
        IF FOUND THEN
            RETURN;
        END IF;
        SELECT s.on_hand - s.reserved INTO v_available FROM catalog.stock AS s WHERE s.product_id = hold_stock.product_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'product_not_found', MESSAGE = 'There is no such product.';
        ELSIF v_available < hold_stock.quantity THEN
            PERFORM catalog.refuse_stock(hold_stock.product_id, hold_stock.quantity, v_available);
        END IF;
        -- Pieces came back between the two statements: nobody is refused what is there.
    END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION catalog.hold_stock TO store_api;
