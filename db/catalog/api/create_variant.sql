-- Adds a variant to one of the caller's products with options.
-- Locks:  the product with options.
-- Errors: product_not_found 404, options_required, option_values_invalid, currency_unknown 422, sku_taken,
--         variant_exists, too_many_variants 409.
CREATE FUNCTION api.create_variant(
    product_id uuid, sku api.sku, option_values api.option_values, price api.price, currency api.currency,
    stock api.stock_count, images api.image_urls DEFAULT '{}', attributes api.attributes DEFAULT '{}',
    weight api.weight DEFAULT NULL, requires_shipping boolean DEFAULT NULL
)
RETURNS api.product
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_parent catalog.products;
    v_product catalog.products;
    v_ids uuid[];
BEGIN
    v_parent := catalog.lock_own_product(create_variant.product_id, v_actor);
    IF v_parent.kind <> 'parent' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'options_required',
            MESSAGE = 'A product with variants needs options: what its variants differ in.',
            HINT = 'PATCH /products/{product_id} sets options.';
    END IF;
    PERFORM catalog.require_currency(create_variant.currency);
    v_ids := catalog.add_variants(
        v_parent,
        jsonb_build_array(ROW(create_variant.sku, create_variant.option_values, create_variant.price,
                              create_variant.stock, create_variant.images, create_variant.attributes,
                              create_variant.weight, create_variant.requires_shipping)::api.new_variant),
        create_variant.currency);
    PERFORM catalog.refresh_variants(v_parent.id);
    SELECT * INTO STRICT v_product FROM catalog.products AS p WHERE p.id = v_ids[1];
    RETURN api.render_product(v_product, create_variant.currency);
END $$;

COMMENT ON FUNCTION api.create_variant IS
'Add a variant to a product

With one of the values of each option of the product; each combination exists once. A variant is a product: its price,
its stock and its fields are changed under its own id. Its name is the product''s with its values, as in "T-shirt, red,
M"; its category and tax category are the product''s.';

GRANT EXECUTE ON FUNCTION api.create_variant TO app_merchant;
