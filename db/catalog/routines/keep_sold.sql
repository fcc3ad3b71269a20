-- The first products of a list, in its order and up to a number, that are for sale in a currency and within a price
-- range, and in stock if that is required. A product with options is, if one of its variants is that; a variant stands
-- for its product if it is the cheapest of those.
-- Callers:   next_products, sort_products.
-- Plans:     always generic: planning took longer than execution. It stops at the last product that is needed.
CREATE OR REPLACE FUNCTION catalog.keep_sold(
    ids uuid[], count integer, currency text, min_price bigint, max_price bigint, in_stock boolean,
    options jsonb DEFAULT NULL
)
RETURNS uuid[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN ARRAY(
        SELECT o.id
        FROM unnest(keep_sold.ids) WITH ORDINALITY AS o (id, n)
        JOIN catalog.products AS p ON p.id = o.id
        CROSS JOIN LATERAL (
            SELECT FROM catalog.price_in_force(o.id, keep_sold.currency) AS q
            WHERE p.kind = 'product' AND keep_sold.options IS NULL
              AND (min_price IS NULL OR q.amount >= min_price) AND (max_price IS NULL OR q.amount <= max_price)
              AND (in_stock IS NOT TRUE OR EXISTS (SELECT FROM catalog.stock_levels AS s
                                                   WHERE s.product_id = o.id AND s.on_hand > s.reserved))
              AND (p.parent_id IS NULL OR NOT EXISTS (
                  SELECT FROM catalog.variant_offers(p.parent_id, keep_sold.currency, keep_sold.min_price,
                                                     keep_sold.max_price, keep_sold.in_stock, NULL) AS v
                  WHERE (v.amount, v.id) < (q.amount, o.id)))
            UNION ALL
            (SELECT FROM catalog.variant_offers(o.id, keep_sold.currency, keep_sold.min_price, keep_sold.max_price,
                                                keep_sold.in_stock, keep_sold.options) AS v
             WHERE p.kind = 'parent' LIMIT 1)
        ) AS q
        WHERE p.deleted_at IS NULL AND p.kind <> 'bundle'
          AND NOT EXISTS (SELECT FROM catalog.stopped_merchants AS m WHERE m.account_id = p.merchant_id)
        ORDER BY o.n LIMIT keep_sold.count);
END $$;

GRANT EXECUTE ON FUNCTION catalog.keep_sold TO store_api;
