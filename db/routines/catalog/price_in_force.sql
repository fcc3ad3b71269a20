-- The price of a product in a currency that is in force at a moment; no row when there is none.
-- Versions do not overlap, so it is the last that began by then: the one before that place in the B-tree prices_in_force, whosever it is. Asked for
-- with = instead, PostgreSQL prefers the constraint's GiST key (price_overlap), which reads 40 pages for the same question. Whether it fits is told
-- inside, where it does not count as a join that loses rows: by that, lists would be planned for a single product.
CREATE OR REPLACE FUNCTION catalog.price_in_force(product_id uuid, currency text, at timestamptz DEFAULT now())
RETURNS SETOF catalog.prices
LANGUAGE sql STABLE ROWS 1
BEGIN ATOMIC
    SELECT q.product_id, q.currency, q.version, q.amount, q.valid, q.created_by, q.created_at
    FROM (
        SELECT r.*, r.product_id = price_in_force.product_id AND r.currency = price_in_force.currency::char(3)
                    AND r.valid @> price_in_force.at AS fits
        FROM catalog.prices AS r
        WHERE (r.product_id, r.currency, lower(r.valid)) <= (price_in_force.product_id, price_in_force.currency::char(3), price_in_force.at)
        ORDER BY r.product_id DESC, r.currency DESC, lower(r.valid) DESC LIMIT 1
    ) AS q
    WHERE q.fits;
END;

GRANT EXECUTE ON FUNCTION catalog.price_in_force TO store_api;
