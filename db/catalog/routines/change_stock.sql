-- Adds to a product's stock or removes from it, whether it is split or not. The caller writes the movement.
-- Callers:   release_stock, sell_stock, return_stock. (hold_stock has its own first step, which has to be fast and may
--            be refused.)
-- Locks:     the product's stock row, or one of its parts; call it in product order.
-- Errors:    product_not_found 404, out_of_stock 409.
CREATE OR REPLACE FUNCTION catalog.change_stock(product_id uuid, on_hand_delta bigint, reserved_delta bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    LOOP
        UPDATE catalog.stock AS s
        SET on_hand = s.on_hand + change_stock.on_hand_delta, reserved = s.reserved + change_stock.reserved_delta
        WHERE s.product_id = change_stock.product_id AND s.split_at IS NULL;
        EXIT WHEN FOUND;
        IF NOT EXISTS (SELECT FROM catalog.stock AS s WHERE s.product_id = change_stock.product_id) THEN
            RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'product_not_found',
                MESSAGE = 'There is no such product.';
        END IF;
        EXIT WHEN catalog.move_parts(change_stock.product_id, change_stock.on_hand_delta, change_stock.reserved_delta);
    END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION catalog.change_stock TO store_api;
