-- The price of a product in a currency that is in force at a given time; no row if there is none.
-- Versions do not overlap, so it is the last one that has begun by then: one descent of the B-tree prices_in_force. The
-- condition is a range with two bounds in that index: for =, PostgreSQL prefers the constraint's GiST index
-- (price_overlap), which reads 40 pages for the same query; without the lower bound it reads on to the beginning of the
-- index page.
-- Callers:   the functions that show or pin a price.
CREATE OR REPLACE FUNCTION catalog.price_in_force(product_id uuid, currency text, at timestamptz DEFAULT now())
RETURNS SETOF catalog.prices
LANGUAGE sql STABLE ROWS 1
BEGIN ATOMIC
    SELECT q.* FROM (
        SELECT r.* FROM catalog.prices AS r
        WHERE (r.product_id, r.currency) >= (price_in_force.product_id, price_in_force.currency::char(3))
          AND (r.product_id, r.currency, lower(r.valid))
              <= (price_in_force.product_id, price_in_force.currency::char(3), price_in_force.at)
        ORDER BY r.product_id DESC, r.currency DESC, lower(r.valid) DESC LIMIT 1
    ) AS q WHERE q.valid @> price_in_force.at;
END;

GRANT EXECUTE ON FUNCTION catalog.price_in_force TO store_api;
