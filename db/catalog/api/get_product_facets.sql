-- Counts the products that a search finds, by category, merchant, price band, option and attribute.
-- Errors: filter_unknown 422.
CREATE TYPE api.facet AS (id uuid, name text, count bigint);
COMMENT ON COLUMN api.facet.name IS 'Null: the merchant has told no name.';
CREATE TYPE api.price_band AS (min_price bigint, max_price bigint, count bigint);
CREATE TYPE api.value_count AS (value text, count bigint);
CREATE TYPE api.value_facet AS (name text, "values" api.value_count[]);
CREATE TYPE api.product_facets AS (
    total bigint, complete boolean, currency api.any_currency, categories api.facet[], merchants api.facet[],
    prices api.price_band[], options api.value_facet[], attributes api.value_facet[]
);
COMMENT ON COLUMN api.value_facet.values IS 'The 20 most frequent.';
COMMENT ON COLUMN api.product_facets.currency IS 'As asked for, also if the shop does not sell in it.';
COMMENT ON COLUMN api.product_facets.options IS 'A product counts once for each value that its variants have.';
COMMENT ON COLUMN api.product_facets.complete IS 'false if there are more products than were counted.';

CREATE FUNCTION api.get_product_facets(
    q api.search_text DEFAULT NULL, category uuid DEFAULT NULL, merchant uuid DEFAULT NULL,
    min_price api.price DEFAULT NULL, max_price api.price DEFAULT NULL, currency api.currency DEFAULT 'USD',
    in_stock boolean DEFAULT NULL, filters api.product_filters DEFAULT NULL
)
RETURNS api.product_facets
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_filters CONSTANT record := catalog.parse_filters(get_product_facets.filters);
BEGIN
    RETURN (
        WITH counted AS MATERIALIZED (
            SELECT * FROM catalog.count_products(
                (catalog.parse_search(get_product_facets.q)).query,
                CASE WHEN get_product_facets.category IS NOT NULL
                     THEN catalog.category_tree(get_product_facets.category) END,
                get_product_facets.merchant, get_product_facets.currency, get_product_facets.min_price,
                get_product_facets.max_price, get_product_facets.in_stock,
                v_filters.options, v_filters.attributes)
        )
        SELECT ROW(
            least(a.count, 5000), a.count <= 5000, get_product_facets.currency,
            ARRAY(SELECT ROW(c.id, k.name, c.count)::api.facet
                  FROM counted AS c
                  JOIN catalog.categories AS k ON k.id = c.id
                  WHERE c.kind = 'category' ORDER BY c.count DESC, k.name, c.id),
            ARRAY(SELECT ROW(c.id, n.name, c.count)::api.facet FROM counted AS c
                  LEFT JOIN catalog.merchant_names(ARRAY(SELECT m.id FROM counted AS m WHERE m.kind = 'merchant')) AS n
                      ON n.id = c.id
                  WHERE c.kind = 'merchant' ORDER BY c.count DESC, c.id),
            ARRAY(SELECT ROW(c.band_from, c.band_to, c.count)::api.price_band
                  FROM counted AS c
                  WHERE c.kind = 'price'
                  ORDER BY c.band_from),
            ARRAY(SELECT ROW(c.name, array_agg(ROW(c.value, c.count)::api.value_count ORDER BY c.count DESC, c.value)
                         )::api.value_facet
                  FROM counted AS c WHERE c.kind = 'option' GROUP BY c.name ORDER BY sum(c.count) DESC, c.name),
            ARRAY(SELECT ROW(c.name, array_agg(ROW(c.value, c.count)::api.value_count ORDER BY c.count DESC, c.value)
                         )::api.value_facet
                  FROM counted AS c WHERE c.kind = 'attribute' GROUP BY c.name ORDER BY sum(c.count) DESC, c.name)
        )::api.product_facets
        FROM counted AS a WHERE a.kind = 'all'
    );
END $$;

COMMENT ON FUNCTION api.get_product_facets IS
'Count what a search finds

By category, merchant, price band, option and attribute, with the same filters as the list of products. At most 5,000
products are counted, and the 50 largest categories and merchants, and 20 options and attributes, are shown; `complete`
tells whether all products were counted.';

GRANT EXECUTE ON FUNCTION api.get_product_facets TO app_anonymous;
