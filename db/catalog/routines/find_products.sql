-- Products on sale in a currency, with the filters of the product list, each with its price in force now. It starts
-- from the products (their dates, names, words); find_priced_products finds the same products but starts from the
-- prices.
-- It is inlined into the query that sorts and pages, so it has neither SET nor SECURITY DEFINER: with either,
-- PostgreSQL would compute the whole result first.
-- Callers:   sort_products, count_products.
CREATE OR REPLACE FUNCTION catalog.find_products(
    query tsquery, categories uuid[], merchant uuid, currency text, min_price bigint, max_price bigint, in_stock boolean
)
RETURNS TABLE (id uuid, created_at timestamptz, name text, search tsvector, category_id uuid, merchant_id uuid,
               amount bigint)
LANGUAGE sql STABLE AS $$
    SELECT p.id, p.created_at, p.name, p.search, p.category_id, p.merchant_id, q.amount
    FROM catalog.products AS p
    CROSS JOIN LATERAL catalog.price_in_force(p.id, find_products.currency) AS q
    WHERE p.deleted_at IS NULL AND p.kind = 'product'
      -- An array: an anti-join with a table that is nearly always empty is estimated to remove most products.
      AND p.merchant_id <> ALL (ARRAY(SELECT m.account_id FROM catalog.stopped_merchants AS m))
      AND (find_products.query IS NULL OR p.search @@ find_products.query)
      AND (find_products.categories IS NULL OR p.category_id = ANY (find_products.categories))
      AND (find_products.merchant IS NULL OR p.merchant_id = find_products.merchant)
      AND (find_products.min_price IS NULL OR q.amount >= find_products.min_price)
      AND (find_products.max_price IS NULL OR q.amount <= find_products.max_price)
      AND (find_products.in_stock IS NOT TRUE
           OR EXISTS (SELECT FROM catalog.stock_levels AS s WHERE s.product_id = p.id AND s.on_hand > s.reserved));
$$;

GRANT EXECUTE ON FUNCTION catalog.find_products TO store_api;
