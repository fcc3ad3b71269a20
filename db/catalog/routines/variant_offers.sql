-- The variants of a product that can be bought in a currency and match the filters, each with its price in force now.
-- Inlined into its callers, so it has neither SET nor SECURITY DEFINER.
-- Callers:   find_products, find_priced_products, keep_sold.
CREATE OR REPLACE FUNCTION catalog.variant_offers(
    parent_id uuid, currency text, min_price bigint, max_price bigint, in_stock boolean, options jsonb
)
RETURNS TABLE (id uuid, amount bigint)
LANGUAGE sql STABLE AS $$
    SELECT v.id, q.amount
    FROM catalog.products AS v
    CROSS JOIN LATERAL catalog.price_in_force(v.id, variant_offers.currency) AS q
    WHERE v.parent_id = variant_offers.parent_id AND v.deleted_at IS NULL
      AND (variant_offers.options IS NULL OR lower(v.option_values::text)::jsonb @> variant_offers.options)
      AND (variant_offers.min_price IS NULL OR q.amount >= variant_offers.min_price)
      AND (variant_offers.max_price IS NULL OR q.amount <= variant_offers.max_price)
      AND (variant_offers.in_stock IS NOT TRUE
           OR EXISTS (SELECT FROM catalog.stock_levels AS s WHERE s.product_id = v.id AND s.on_hand > s.reserved));
$$;

GRANT EXECUTE ON FUNCTION catalog.variant_offers TO store_api;
