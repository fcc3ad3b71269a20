-- The currency in which a product is shown if the request names none: US dollars, or else the first in which it, or one
-- of its variants, has a price now.
-- Callers:   render_product's callers without a currency.
CREATE OR REPLACE FUNCTION catalog.first_currency(product_id uuid)
RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT coalesce(
        (SELECT r.currency::text FROM catalog.prices AS r
         WHERE r.product_id = first_currency.product_id AND r.valid @> now()
         ORDER BY r.currency <> 'USD', r.currency LIMIT 1),
        (SELECT r.currency::text FROM catalog.products AS v JOIN catalog.prices AS r ON r.product_id = v.id
         WHERE v.parent_id = first_currency.product_id AND v.deleted_at IS NULL AND r.valid @> now()
         ORDER BY r.currency <> 'USD', r.currency LIMIT 1));
END;

GRANT EXECUTE ON FUNCTION catalog.first_currency TO store_api;
