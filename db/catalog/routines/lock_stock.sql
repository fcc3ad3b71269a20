-- Returns a product's stock in one row, locked until the end of the transaction, for callers that read it before they
-- write.
-- Callers:   adjust_stock, apply_import, reserve_again.
-- Locks:     the product's stock row, and its parts if it was split; call it in product order.
CREATE OR REPLACE FUNCTION catalog.lock_stock(product_id uuid)
RETURNS catalog.stock
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_stock catalog.stock;
BEGIN
    SELECT * INTO v_stock FROM catalog.stock AS s WHERE s.product_id = lock_stock.product_id FOR NO KEY UPDATE;
    IF v_stock.split_at IS NOT NULL THEN
        PERFORM catalog.gather_stock(lock_stock.product_id);
        SELECT * INTO STRICT v_stock FROM catalog.stock AS s WHERE s.product_id = lock_stock.product_id;
    END IF;
    RETURN v_stock;
END $$;

GRANT EXECUTE ON FUNCTION catalog.lock_stock TO store_api;
