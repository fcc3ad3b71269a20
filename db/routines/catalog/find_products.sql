-- Products on sale in a currency, through the filters of the product list. Inlined into the query that sorts and pages, which is why it
-- has neither SET nor SECURITY DEFINER: with either, PostgreSQL would compute all of it first.
-- Called by: list_products.
CREATE OR REPLACE FUNCTION catalog.find_products(
    currency text, categories uuid[], merchant uuid, min_price bigint, max_price bigint, in_stock boolean
)
RETURNS TABLE (product catalog.products, amount bigint, available bigint)
LANGUAGE sql STABLE AS $$
    SELECT p, q.amount, s.on_hand - s.reserved
    FROM catalog.products AS p
    JOIN catalog.stock AS s ON s.product_id = p.id
    CROSS JOIN LATERAL catalog.price_in_force(p.id, find_products.currency) AS q
    WHERE p.deleted_at IS NULL
      AND (find_products.categories IS NULL OR p.category_id = ANY (find_products.categories))
      AND (find_products.merchant IS NULL OR p.merchant_id = find_products.merchant)
      AND (find_products.min_price IS NULL OR q.amount >= find_products.min_price)
      AND (find_products.max_price IS NULL OR q.amount <= find_products.max_price)
      AND (find_products.in_stock IS NOT TRUE OR s.on_hand > s.reserved);
$$;

GRANT EXECUTE ON FUNCTION catalog.find_products TO store_api;
