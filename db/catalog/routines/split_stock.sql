-- Splits a product's stock into 64 rows, so that concurrent buyers need not wait for each other's commit. Small stocks
-- are not split: each part should last for many orders.
-- Callers:   hold_stock, for a product whose row it had to wait for.
-- Locks:     none of its own; the caller holds the stock row.
CREATE OR REPLACE FUNCTION catalog.split_stock(product_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO catalog.stock_parts (product_id, part, on_hand, reserved)
    SELECT s.product_id, n,
           (s.on_hand - s.reserved) / 64
               + (n < (s.on_hand - s.reserved) % 64)::integer
               + CASE n WHEN 0 THEN s.reserved ELSE 0 END,
           CASE n WHEN 0 THEN s.reserved ELSE 0 END
    FROM catalog.stock AS s CROSS JOIN generate_series(0, 63) AS n
    WHERE s.product_id = split_stock.product_id AND s.split_at IS NULL AND s.on_hand - s.reserved >= 1000;
    IF FOUND THEN
        UPDATE catalog.stock AS s
        SET on_hand = 0, reserved = 0, split_at = now()
        WHERE s.product_id = split_stock.product_id;
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION catalog.split_stock TO store_api;
