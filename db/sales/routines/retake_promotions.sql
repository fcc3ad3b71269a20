-- Counts again the uses of promotions that an order had released: all of them, or none and it returns false.
-- Callers:   reserve_again.
-- Locks:     those of use_promotions.
-- Definer:   customers may not read or write promotions.
CREATE OR REPLACE FUNCTION sales.retake_promotions(order_id uuid)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM sales.promotions AS p
    WHERE p.id IN (SELECT u.promotion_id FROM sales.promotion_uses AS u WHERE u.order_id = retake_promotions.order_id)
      AND p.total_uses IS NOT NULL
    ORDER BY p.id FOR NO KEY UPDATE;
    PERFORM pg_advisory_xact_lock(hashtextextended(l.promotion_id::text || l.account_id::text, 0))
    FROM (SELECT u.promotion_id, u.account_id
          FROM sales.promotion_uses AS u
          JOIN sales.promotions AS p ON p.id = u.promotion_id
          WHERE u.order_id = retake_promotions.order_id AND p.uses_per_account IS NOT NULL
          ORDER BY u.promotion_id) AS l;
    IF EXISTS (
        SELECT FROM sales.promotion_uses AS u JOIN sales.promotions AS p ON p.id = u.promotion_id
        WHERE u.order_id = retake_promotions.order_id AND u.released_at IS NOT NULL
          AND (p.uses >= p.total_uses OR p.uses_per_account <= (
              SELECT count(*) FROM sales.promotion_uses AS x
              WHERE x.promotion_id = p.id AND x.account_id = u.account_id AND x.released_at IS NULL)))
    THEN
        RETURN false;
    END IF;
    WITH taken AS (
        UPDATE sales.promotion_uses AS u
        SET released_at = NULL
        WHERE u.order_id = retake_promotions.order_id AND u.released_at IS NOT NULL
        RETURNING u.promotion_id
    )
    UPDATE sales.promotions AS p
    SET uses = p.uses + 1
    FROM taken AS t
    WHERE p.id = t.promotion_id AND p.total_uses IS NOT NULL;
    RETURN true;
END $$;

GRANT EXECUTE ON FUNCTION sales.retake_promotions TO store_api;
