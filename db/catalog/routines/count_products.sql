-- Counts the products that a search finds, by category, merchant and price band. Bounded: it counts the first 5,000
-- that it finds and returns whether those were all. Bands are 1, 2, 5, 10, 20, 50 … of the currency's main unit.
-- Callers:   get_product_facets.
CREATE OR REPLACE FUNCTION catalog.count_products(
    query tsquery, categories uuid[], merchant uuid, currency text, min_price bigint, max_price bigint, in_stock boolean
)
RETURNS TABLE (kind text, id uuid, band_from bigint, band_to bigint, count bigint)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_unit CONSTANT bigint := (SELECT 10 ^ c.minor_units
                               FROM catalog.currencies AS c
                               WHERE c.code = count_products.currency::char(3));
BEGIN
    RETURN QUERY
    WITH found AS MATERIALIZED (
        SELECT f.category_id, f.merchant_id,
               -- The largest 1, 2 or 5 × 10^n that does not exceed the price.
               CASE WHEN f.amount < v_unit THEN 0::bigint
                    ELSE t.ten * CASE WHEN f.amount >= 5 * t.ten THEN 5
                                      WHEN f.amount >= 2 * t.ten THEN 2
                                      ELSE 1 END END::bigint AS band
        FROM catalog.sample_products(5001, query, categories, merchant, currency, min_price, max_price, in_stock) AS f
        CROSS JOIN LATERAL (SELECT 10 ^ (char_length(f.amount::text) - 1) AS ten) AS t
    )
    SELECT 'all', NULL::uuid, NULL::bigint, NULL::bigint, count(*) FROM found
    UNION ALL
    (SELECT 'category', c.category_id, NULL, NULL, count(*) AS n FROM found AS c
        WHERE c.category_id IS NOT NULL GROUP BY c.category_id ORDER BY n DESC, c.category_id LIMIT 50)
    UNION ALL
    (SELECT 'merchant', m.merchant_id, NULL, NULL, count(*) AS n
     FROM found AS m
     GROUP BY m.merchant_id
     ORDER BY n DESC, m.merchant_id LIMIT 50)
    UNION ALL
    (SELECT 'price', NULL, b.band,
            CASE WHEN b.band = 0 THEN v_unit
                 WHEN left(b.band::text, 1) = '2' THEN b.band / 2 * 5
                 ELSE b.band * 2 END - 1,
            count(*)
     FROM found AS b GROUP BY b.band ORDER BY b.band);
END $$;

GRANT EXECUTE ON FUNCTION catalog.count_products TO store_api;
