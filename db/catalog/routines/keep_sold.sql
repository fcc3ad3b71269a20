-- The first products of a list, in its order and up to a number, that are for sale in a currency and within a price
-- range, and in stock if that is required.
-- Callers:   next_products, sort_products.
-- Plans:     always generic: planning took longer than execution. It stops at the last product that is needed.
CREATE OR REPLACE FUNCTION catalog.keep_sold(
    ids uuid[], count integer, currency text, min_price bigint, max_price bigint, in_stock boolean
)
RETURNS uuid[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN ARRAY(
        SELECT o.id
        FROM unnest(keep_sold.ids) WITH ORDINALITY AS o (id, n)
        JOIN catalog.products AS p ON p.id = o.id
        CROSS JOIN LATERAL catalog.price_in_force(o.id, keep_sold.currency) AS q
        WHERE p.deleted_at IS NULL AND p.kind = 'product'
          AND NOT EXISTS (SELECT FROM catalog.stopped_merchants AS m WHERE m.account_id = p.merchant_id)
          AND (min_price IS NULL OR q.amount >= min_price) AND (max_price IS NULL OR q.amount <= max_price)
          AND (in_stock IS NOT TRUE
               OR EXISTS (SELECT FROM catalog.stock_levels AS s WHERE s.product_id = o.id AND s.on_hand > s.reserved))
        ORDER BY o.n LIMIT keep_sold.count);
END $$;

GRANT EXECUTE ON FUNCTION catalog.keep_sold TO store_api;
