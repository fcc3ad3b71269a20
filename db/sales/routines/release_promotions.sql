-- Releases the uses of promotions of a cancelled order.
-- Callers:   cancel_order.
-- Locks:     promotions with a total limit, in id order.
-- Definer:   customers may not write promotions.
CREATE OR REPLACE FUNCTION sales.release_promotions(order_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM sales.promotions AS p
    WHERE p.id IN (SELECT u.promotion_id FROM sales.promotion_uses AS u WHERE u.order_id = release_promotions.order_id)
      AND p.total_uses IS NOT NULL
    ORDER BY p.id FOR NO KEY UPDATE;
    WITH given AS (
        UPDATE sales.promotion_uses AS u
        SET released_at = now()
        WHERE u.order_id = release_promotions.order_id AND u.released_at IS NULL
        RETURNING u.promotion_id
    )
    UPDATE sales.promotions AS p
    SET uses = p.uses - 1
    FROM given AS g
    WHERE p.id = g.promotion_id AND p.total_uses IS NOT NULL;
END $$;

GRANT EXECUTE ON FUNCTION sales.release_promotions TO store_api;
