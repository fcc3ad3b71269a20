-- The shipping methods for a weight (grams) to a country, with their prices: by a method's rates for that country, or
-- else by its rates for all other countries.
-- Callers:   shipping_price, api.list_shipping_methods.
CREATE OR REPLACE FUNCTION sales.list_shipping_offers(country text, currency text, weight bigint, goods bigint)
RETURNS TABLE (method_id uuid, name text, carrier text, price bigint)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT m.id, m.name, m.carrier, CASE WHEN r.free_from <= list_shipping_offers.goods THEN 0 ELSE r.price END
    FROM sales.shipping_methods AS m
    CROSS JOIN LATERAL (
        SELECT c.price, c.free_from FROM sales.shipping_rates AS c
        WHERE c.method_id = m.id
          AND c.currency = list_shipping_offers.currency::char(3)
          AND c.up_to >= list_shipping_offers.weight
          AND c.country = coalesce((SELECT x.country FROM sales.shipping_rates AS x
                                    WHERE x.method_id = m.id
                                      AND x.currency = c.currency
                                      AND x.country = list_shipping_offers.country LIMIT 1), '')
        ORDER BY c.up_to LIMIT 1
    ) AS r
    WHERE m.enabled
    ORDER BY 4, m.name;
$$;

GRANT EXECUTE ON FUNCTION sales.list_shipping_offers TO store_api;
