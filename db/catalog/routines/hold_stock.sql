-- Reserves pieces of a product, or raises an error. It never reserves more than there are: the UPDATE finds no row, and
-- the CHECK would refuse too. The caller writes the movement: reserve_stock for one product, place_order for all
-- products of an order in one statement.
-- Callers:   reserve_stock, place_order.
-- Locks:     the product's stock row, or one of its parts; call it in product order. An advisory lock of the product
--            says that another transaction is changing it. Trying it costs half of FOR UPDATE SKIP LOCKED on the row.
--            If the row is locked for another reason, the UPDATE waits.
-- Errors:    out_of_stock 409 (with what is available), product_not_found 404.
CREATE OR REPLACE FUNCTION catalog.hold_stock(product_id uuid, quantity bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_free  boolean := pg_try_advisory_xact_lock(uuid_hash_extended(hold_stock.product_id, 0));
    v_stock record;
BEGIN
    LOOP
        IF v_free THEN
            UPDATE catalog.stock AS s SET reserved = s.reserved + hold_stock.quantity
            WHERE s.product_id = hold_stock.product_id
              AND s.split_at IS NULL
              AND s.on_hand - s.reserved >= hold_stock.quantity;
            IF FOUND THEN
                RETURN;
            END IF;
        END IF;
        SELECT s.split_at, s.on_hand - s.reserved AS available INTO v_stock
        FROM catalog.stock AS s
        WHERE s.product_id = hold_stock.product_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'product_not_found',
                MESSAGE = 'There is no such product.';
        ELSIF v_stock.split_at IS NOT NULL THEN
            IF catalog.move_parts(hold_stock.product_id, 0, hold_stock.quantity) THEN
                RETURN;
            END IF;
        ELSIF v_stock.available < hold_stock.quantity THEN
            PERFORM catalog.refuse_stock(hold_stock.product_id, hold_stock.quantity, v_stock.available);
        ELSE
            -- Another buyer has locked the row. Wait, then split the stock so that the next buyers do not queue.
            PERFORM FROM catalog.stock AS s WHERE s.product_id = hold_stock.product_id FOR NO KEY UPDATE;
            PERFORM catalog.split_stock(hold_stock.product_id);
            v_free := true;
        END IF;
        -- Stock was released or gathered between the two statements: try again instead of refusing.
    END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION catalog.hold_stock TO store_api;
