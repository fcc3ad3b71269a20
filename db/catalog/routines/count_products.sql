-- Counts the products that a search finds, by category, merchant, price band, option and attribute. Bounded: it counts
-- the first 5,000 that it finds and returns whether those were all. Bands are 1, 2, 5, 10, 20, 50 … of the currency's
-- main unit.
-- Callers:   get_product_facets.
CREATE OR REPLACE FUNCTION catalog.count_products(
    query tsquery, categories uuid[], merchant uuid, currency text, min_price bigint, max_price bigint,
    in_stock boolean, options jsonb, attributes jsonpath
)
RETURNS TABLE (kind text, id uuid, band_from bigint, band_to bigint, name text, value text, count bigint)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_unit CONSTANT bigint := (SELECT 10 ^ c.minor_units
                               FROM catalog.currencies AS c
                               WHERE c.code = count_products.currency::char(3));
BEGIN
    RETURN QUERY
    WITH found AS MATERIALIZED (
        SELECT f.id, f.category_id, f.merchant_id,
               -- The largest 1, 2 or 5 × 10^n that does not exceed the price.
               CASE WHEN f.amount < v_unit THEN 0::bigint
                    ELSE t.ten * CASE WHEN f.amount >= 5 * t.ten THEN 5
                                      WHEN f.amount >= 2 * t.ten THEN 2
                                      ELSE 1 END END::bigint AS band
        FROM catalog.sample_products(5001, query, categories, merchant, currency, min_price, max_price, in_stock,
                                     options, attributes) AS f
        CROSS JOIN LATERAL (SELECT 10 ^ (char_length(f.amount::text) - 1) AS ten) AS t
    ), options_of AS (
        -- A product counts once for each value that one of its variants has.
        SELECT min(e.key) AS name, min(e.value) AS value, count(DISTINCT f.id) AS n
        FROM found AS f
        JOIN catalog.products AS v ON v.parent_id = f.id AND v.deleted_at IS NULL
        CROSS JOIN LATERAL jsonb_each_text(v.option_values) AS e
        GROUP BY lower(e.key), lower(e.value)
    ), attributes_of AS (
        SELECT u.name, u.value, count(*) AS n
        FROM (
            SELECT e.key AS name, e.value #>> '{}' AS value
            FROM found AS f
            JOIN catalog.products AS p ON p.id = f.id
            CROSS JOIN LATERAL jsonb_each(p.attributes) AS e
            WHERE jsonb_typeof(e.value) IN ('string', 'number', 'boolean')
            UNION ALL
            SELECT e.key, x.value #>> '{}'
            FROM found AS f
            JOIN catalog.products AS p ON p.id = f.id AND p.attributes @? '$.* ? (@.type() == "array")'
            CROSS JOIN LATERAL jsonb_each(p.attributes) AS e
            CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(e.value) WHEN 'array' THEN e.value END)
                AS x (value)
            WHERE jsonb_typeof(x.value) IN ('string', 'number', 'boolean')
        ) AS u
        GROUP BY u.name, u.value
    )
    SELECT 'all', NULL::uuid, NULL::bigint, NULL::bigint, NULL::text, NULL::text, count(*) FROM found
    UNION ALL
    (SELECT 'category', c.category_id, NULL, NULL, NULL, NULL, count(*) AS n FROM found AS c
        WHERE c.category_id IS NOT NULL GROUP BY c.category_id ORDER BY n DESC, c.category_id LIMIT 50)
    UNION ALL
    (SELECT 'merchant', m.merchant_id, NULL, NULL, NULL, NULL, count(*) AS n
     FROM found AS m
     GROUP BY m.merchant_id
     ORDER BY n DESC, m.merchant_id LIMIT 50)
    UNION ALL
    (SELECT 'price', NULL, b.band,
            CASE WHEN b.band = 0 THEN v_unit
                 WHEN left(b.band::text, 1) = '2' THEN b.band / 2 * 5
                 ELSE b.band * 2 END - 1,
            NULL, NULL, count(*)
     FROM found AS b GROUP BY b.band ORDER BY b.band)
    UNION ALL
    SELECT r.kind, NULL, NULL, NULL, r.name, r.value, r.n
    FROM (
        SELECT q.*, dense_rank() OVER (PARTITION BY q.kind ORDER BY q.most DESC, q.name) AS place
        FROM (
            SELECT u.*, max(u.n) OVER (PARTITION BY u.kind, u.name) AS most,
                   row_number() OVER (PARTITION BY u.kind, u.name ORDER BY u.n DESC, u.value) AS position
            FROM (SELECT 'option' AS kind, o.name, o.value, o.n FROM options_of AS o
                  UNION ALL
                  SELECT 'attribute', a.name, a.value, a.n FROM attributes_of AS a
                  WHERE char_length(a.value) <= 100) AS u
        ) AS q
        WHERE q.position <= 20
    ) AS r
    WHERE r.place <= 20;
END $$;

GRANT EXECUTE ON FUNCTION catalog.count_products TO store_api;
