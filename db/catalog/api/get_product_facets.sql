-- Counts the products that a search finds, by category, merchant and price band.
CREATE TYPE api.facet AS (id uuid, name text, count bigint);
COMMENT ON COLUMN api.facet.name IS 'Null: the merchant has told no name.';
CREATE TYPE api.price_band AS (min_price bigint, max_price bigint, count bigint);
CREATE TYPE api.product_facets AS (
    total bigint, complete boolean, currency api.currency, categories api.facet[], merchants api.facet[],
    prices api.price_band[]
);
COMMENT ON COLUMN api.product_facets.complete IS 'false if there are more products than were counted.';

CREATE FUNCTION api.get_product_facets(
    q api.search_text DEFAULT NULL, category uuid DEFAULT NULL, merchant uuid DEFAULT NULL,
    min_price api.price DEFAULT NULL, max_price api.price DEFAULT NULL, currency api.currency DEFAULT 'USD',
    in_stock boolean DEFAULT NULL
)
RETURNS api.product_facets
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (
        WITH counted AS MATERIALIZED (
            SELECT * FROM catalog.count_products(
                catalog.parse_search(get_product_facets.q),
                CASE WHEN get_product_facets.category IS NOT NULL
                     THEN catalog.category_tree(get_product_facets.category) END,
                get_product_facets.merchant, get_product_facets.currency, get_product_facets.min_price,
                get_product_facets.max_price, get_product_facets.in_stock)
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
                  ORDER BY c.band_from)
        )::api.product_facets
        FROM counted AS a WHERE a.kind = 'all'
    );
END $$;

COMMENT ON FUNCTION api.get_product_facets IS
'Count what a search finds

By category, merchant and price band, with the same filters as the list of products. At most 5,000 products are counted,
and the 50 largest categories and merchants are shown; `complete` tells whether all products were counted.';

GRANT EXECUTE ON FUNCTION api.get_product_facets TO app_anonymous;
