-- Merges the parts of a split product's stock into its stock row.
-- Callers:   move_parts when no part has enough, lock_stock, gather_cold_stock.
-- Locks:     the product's stock row, then its parts, after the transactions that hold them have committed.
CREATE OR REPLACE FUNCTION catalog.gather_stock(product_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM
    FROM catalog.stock AS s
    WHERE s.product_id = gather_stock.product_id AND s.split_at IS NOT NULL
    FOR NO KEY UPDATE;
    IF FOUND THEN
        WITH gone AS (
            DELETE
            FROM catalog.stock_parts AS p
            WHERE p.product_id = gather_stock.product_id
            RETURNING p.on_hand, p.reserved
        )
        UPDATE catalog.stock AS s
        SET on_hand = s.on_hand + g.on_hand, reserved = s.reserved + g.reserved, split_at = NULL
        FROM (SELECT sum(gone.on_hand) AS on_hand, sum(gone.reserved) AS reserved FROM gone) AS g
        WHERE s.product_id = gather_stock.product_id;
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION catalog.gather_stock TO store_api;
