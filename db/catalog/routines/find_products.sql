-- Products on sale in a currency, with the filters of the product list, each with its price in force now; a product
-- with options has the lowest price of those of its variants that match the filters. It starts from the products
-- (their dates, names, words); find_priced_products finds the same products but starts from the prices.
-- It is inlined into the query that sorts and pages, so it has neither SET nor SECURITY DEFINER: with either,
-- PostgreSQL would compute the whole result first.
-- Callers:   sort_products, sample_products.
CREATE OR REPLACE FUNCTION catalog.find_products(
    query tsquery, categories uuid[], merchant uuid, currency text, min_price bigint, max_price bigint,
    in_stock boolean, options jsonb, attributes jsonpath
)
RETURNS TABLE (id uuid, created_at timestamptz, name_key text, search tsvector, category_id uuid, merchant_id uuid,
               amount bigint)
LANGUAGE sql STABLE AS $$
    SELECT p.id, p.created_at, p.name_key, p.search, p.category_id, p.merchant_id, q.amount
    FROM catalog.products AS p
    -- For a product without variants only the first half is executed, for one with variants only the second.
    CROSS JOIN LATERAL (
        SELECT f.amount FROM catalog.price_in_force(p.id, find_products.currency) AS f
        WHERE p.kind = 'product' AND find_products.options IS NULL
          AND (find_products.min_price IS NULL OR f.amount >= find_products.min_price)
          AND (find_products.max_price IS NULL OR f.amount <= find_products.max_price)
          AND (find_products.in_stock IS NOT TRUE
               OR EXISTS (SELECT FROM catalog.stock_levels AS s WHERE s.product_id = p.id AND s.on_hand > s.reserved))
        UNION ALL
        SELECT min(v.amount)
        FROM catalog.variant_offers(p.id, find_products.currency, find_products.min_price, find_products.max_price,
                                    find_products.in_stock, find_products.options) AS v
        WHERE p.kind = 'parent' HAVING count(*) > 0
    ) AS q
    WHERE p.deleted_at IS NULL AND p.parent_id IS NULL AND p.kind <> 'bundle'
      -- An array: an anti-join with a table that is nearly always empty is estimated to remove most products.
      AND p.merchant_id <> ALL (ARRAY(SELECT m.account_id FROM catalog.stopped_merchants AS m))
      AND (find_products.query IS NULL OR p.search @@ find_products.query)
      AND (find_products.categories IS NULL OR p.category_id = ANY (find_products.categories))
      AND (find_products.merchant IS NULL OR p.merchant_id = find_products.merchant)
      AND (find_products.attributes IS NULL OR p.attributes @@ find_products.attributes)
      -- It names the products that have such a variant, by the index of values.
      AND (find_products.options IS NULL
           OR p.id = ANY (ARRAY(SELECT v.parent_id FROM catalog.products AS v
                                WHERE v.parent_id IS NOT NULL AND v.deleted_at IS NULL
                                  AND lower(v.option_values::text)::jsonb @> find_products.options)));
$$;

GRANT EXECUTE ON FUNCTION catalog.find_products TO store_api;
