-- Replaces all rates of a shipping method.
-- Callers:   api.create_shipping_method, update_shipping_method.
-- Locks:     the method's rates.
-- Errors:    currency_unknown 422, shipping_rate_twice, shipping_country_malformed 409.
CREATE OR REPLACE FUNCTION sales.set_shipping_rates(
    method_id uuid, countries text[], currencies text[], up_to integer[], prices bigint[], free_from bigint[]
)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM catalog.require_currency(c) FROM unnest(set_shipping_rates.currencies) AS c;
    DELETE FROM sales.shipping_rates AS r WHERE r.method_id = set_shipping_rates.method_id;
    INSERT INTO sales.shipping_rates (method_id, country, currency, up_to, price, free_from)
    SELECT set_shipping_rates.method_id, coalesce(r.country, ''), r.currency, r.up_to, r.price, r.free_from
    FROM unnest(set_shipping_rates.countries, set_shipping_rates.currencies, set_shipping_rates.up_to,
                set_shipping_rates.prices,
                set_shipping_rates.free_from) AS r (country, currency, up_to, price, free_from);
END $$;

GRANT EXECUTE ON FUNCTION sales.set_shipping_rates TO store_api;
