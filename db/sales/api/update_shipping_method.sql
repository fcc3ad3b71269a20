-- Changes a shipping method: only the fields that are sent; rates replace all rates. Orders keep their shipping price.
-- Locks:  the method.
-- Errors: shipping_method_not_found 404, version_stale 412, currency_unknown 422, shipping_rate_twice 409.
CREATE FUNCTION api.update_shipping_method(
    shipping_method_id uuid, name api.short_text DEFAULT NULL, carrier api.short_text DEFAULT NULL,
    enabled boolean DEFAULT NULL, rates api.shipping_rates DEFAULT NULL, if_match bigint DEFAULT NULL,
    tax_category api.tax_category DEFAULT NULL, given text[] DEFAULT NULL
)
RETURNS api.shipping_method
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_method sales.shipping_methods;
BEGIN
    SELECT * INTO v_method
    FROM sales.shipping_methods AS m
    WHERE m.id = update_shipping_method.shipping_method_id
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'shipping_method_not_found',
            MESSAGE = 'There is no such shipping method.';
    ELSIF update_shipping_method.if_match <> v_method.version THEN
        RAISE EXCEPTION USING ERRCODE = 'SH412', CONSTRAINT = 'version_stale',
            MESSAGE = 'The shipping method has changed since you read it.',
            HINT = 'Read it again, then repeat your change.';
    END IF;
    UPDATE sales.shipping_methods AS m
    SET name = coalesce(update_shipping_method.name, m.name),
        carrier = coalesce(update_shipping_method.carrier, m.carrier),
        enabled = coalesce(update_shipping_method.enabled, m.enabled),
        tax_category = CASE WHEN 'tax_category' = ANY (update_shipping_method.given)
                            THEN update_shipping_method.tax_category
                            ELSE coalesce(update_shipping_method.tax_category, m.tax_category) END,
        version = m.version + 1
    WHERE m.id = v_method.id RETURNING * INTO v_method;
    IF update_shipping_method.rates IS NOT NULL THEN
        PERFORM sales.set_shipping_rates(
            v_method.id,
            ARRAY(SELECT r.country FROM unnest(update_shipping_method.rates) AS r),
            ARRAY(SELECT r.currency::text FROM unnest(update_shipping_method.rates) AS r),
            ARRAY(SELECT r.up_to::integer FROM unnest(update_shipping_method.rates) AS r),
            ARRAY(SELECT r.price::bigint FROM unnest(update_shipping_method.rates) AS r),
            ARRAY(SELECT r.free_from FROM unnest(update_shipping_method.rates) AS r));
    END IF;
    RETURN api.render_shipping_method(v_method);
END $$;

COMMENT ON FUNCTION api.update_shipping_method IS
'Change a shipping method

Only the fields that are sent; `rates` replaces all of them; with `enabled: false` it is no longer offered;
`tax_category: null` taxes it like the goods again.';

GRANT EXECUTE ON FUNCTION api.update_shipping_method TO app_admin;
