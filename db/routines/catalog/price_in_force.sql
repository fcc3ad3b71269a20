-- The price of a product in a currency that is in force at a moment; no row when there is none.
-- Versions do not overlap, so it is the last that began by then: one descent of the B-tree prices_in_force
-- (the constraint's GiST key reads 52 pages for the same question).
CREATE OR REPLACE FUNCTION catalog.price_in_force(product_id uuid, currency text, at timestamptz DEFAULT now())
RETURNS SETOF catalog.prices
LANGUAGE sql STABLE ROWS 1
BEGIN ATOMIC
    SELECT q.* FROM (
        SELECT r.* FROM catalog.prices AS r
        WHERE r.product_id = price_in_force.product_id AND r.currency = price_in_force.currency::char(3)
          AND lower(r.valid) <= price_in_force.at
        ORDER BY lower(r.valid) DESC LIMIT 1
    ) AS q WHERE q.valid @> price_in_force.at;
END;

GRANT EXECUTE ON FUNCTION catalog.price_in_force TO store_api;
