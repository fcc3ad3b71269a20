-- Creates a shipping method with its rates.
-- Locks:  none: it only inserts.
-- Errors: currency_unknown 422, shipping_rate_twice, shipping_country_malformed 409.
CREATE FUNCTION api.create_shipping_method(
    name api.short_text, rates api.shipping_rates, carrier api.short_text DEFAULT NULL,
    tax_category api.tax_category DEFAULT NULL
)
RETURNS api.shipping_method
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_method sales.shipping_methods;
BEGIN
    INSERT INTO sales.shipping_methods (name, carrier, tax_category)
    VALUES (create_shipping_method.name, create_shipping_method.carrier, create_shipping_method.tax_category)
    RETURNING * INTO v_method;
    PERFORM sales.set_shipping_rates(
        v_method.id,
        ARRAY(SELECT r.country FROM unnest(create_shipping_method.rates) AS r),
        ARRAY(SELECT r.currency::text FROM unnest(create_shipping_method.rates) AS r),
        ARRAY(SELECT r.up_to::integer FROM unnest(create_shipping_method.rates) AS r),
        ARRAY(SELECT r.price::bigint FROM unnest(create_shipping_method.rates) AS r),
        ARRAY(SELECT r.free_from FROM unnest(create_shipping_method.rates) AS r));
    RETURN api.render_shipping_method(v_method);
END $$;

COMMENT ON FUNCTION api.create_shipping_method IS
'Create a shipping method

`rates` are by country (or for all other countries), currency and weight; the smallest rate that covers the parcel''s
weight applies. Shipping is taxed like the goods that it carries, unless `tax_category` says otherwise.';

GRANT EXECUTE ON FUNCTION api.create_shipping_method TO app_admin;
