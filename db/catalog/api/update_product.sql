-- Changes one of the caller's products: only the fields that are sent. A product that was never sold becomes one with
-- variants when it gets options.
-- Locks:  the product, its parent and its variants.
-- Errors: product_not_found, category_not_found 404; sku_taken, variant_exists, product_was_sold, option_in_use,
--         option_value_in_use, option_twice 409; version_stale 412; field_of_parent, option_values_invalid,
--         options_required 422.
CREATE FUNCTION api.update_product(
    product_id uuid, name api.short_text DEFAULT NULL, description api.long_text DEFAULT NULL, sku api.sku DEFAULT NULL,
    category_id uuid DEFAULT NULL, attributes api.attributes DEFAULT NULL, images api.image_urls DEFAULT NULL,
    weight api.weight DEFAULT NULL, tax_category api.tax_category DEFAULT NULL, requires_shipping boolean DEFAULT NULL,
    options api.product_options DEFAULT NULL, option_values api.option_values DEFAULT NULL,
    if_match bigint DEFAULT NULL, given text[] DEFAULT NULL
)
RETURNS api.product
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_product catalog.products;
BEGIN
    PERFORM catalog.lock_parent(update_product.product_id, v_actor);
    v_product := catalog.lock_own_product(update_product.product_id, v_actor, update_product.if_match);
    PERFORM catalog.require_category(update_product.category_id);
    PERFORM catalog.require_own_fields(
        v_product.kind, v_product.parent_id IS NOT NULL, cardinality(update_product.options),
        update_product.option_values IS NOT NULL,
        num_nonnulls(update_product.name, update_product.category_id, update_product.tax_category) > 0
        OR 'category_id' = ANY (coalesce(update_product.given, '{}')));
    IF cardinality(update_product.options) > 0 THEN
        IF v_product.kind = 'product' THEN
            PERFORM catalog.become_parent(v_product.id, v_actor);
        END IF;
        PERFORM catalog.set_options(v_product.id, to_jsonb(update_product.options));
    END IF;
    UPDATE catalog.products AS p
    SET name = coalesce(update_product.name, p.name), description = coalesce(update_product.description, p.description),
        sku = coalesce(update_product.sku, p.sku),
        category_id = CASE WHEN 'category_id' = ANY (
            coalesce(update_product.given, '{}')
        ) THEN update_product.category_id
                           ELSE coalesce(update_product.category_id, p.category_id) END,
        attributes = coalesce(update_product.attributes, p.attributes),
        images = coalesce(update_product.images::text[], p.images), weight = coalesce(update_product.weight, p.weight),
        tax_category = coalesce(update_product.tax_category, p.tax_category),
        requires_shipping = coalesce(update_product.requires_shipping, p.requires_shipping),
        option_values = coalesce(update_product.option_values::jsonb, p.option_values), version = p.version + 1
    WHERE p.id = v_product.id RETURNING * INTO v_product;
    IF v_product.kind = 'parent' OR v_product.parent_id IS NOT NULL THEN
        PERFORM catalog.refresh_variants(coalesce(v_product.parent_id, v_product.id));
        SELECT * INTO STRICT v_product FROM catalog.products AS p WHERE p.id = v_product.id;
    END IF;
    IF num_nonnulls(update_product.weight, update_product.requires_shipping) > 0 THEN
        PERFORM catalog.weigh_bundle(b.bundle_id) FROM catalog.bundle_items AS b WHERE b.product_id = v_product.id;
    END IF;
    RETURN api.render_product(v_product, NULL);
END $$;

COMMENT ON FUNCTION api.update_product IS
'Change a product

Only the fields that are sent; `category_id: null` removes it from its category.

`options` replaces the options of a product that has some. The option in the same place keeps its variants: it may get
another name, more values or another order of them, and a value that no variant has may be left out. A product that was
never sold becomes one with variants: its own prices and stock end. A variant gets other `option_values`; its name,
category and tax category are those of the product that it belongs to.';

GRANT EXECUTE ON FUNCTION api.update_product TO app_merchant;
