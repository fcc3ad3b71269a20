-- Changes one of the caller's products: only the fields that are sent.
-- Locks:  the product.
-- Errors: product_not_found, category_not_found 404; sku_taken 409; version_stale 412.
CREATE FUNCTION api.update_product(
    product_id uuid, name api.short_text DEFAULT NULL, description api.long_text DEFAULT NULL, sku api.sku DEFAULT NULL,
    category_id uuid DEFAULT NULL, attributes api.attributes DEFAULT NULL, images api.image_urls DEFAULT NULL,
    weight api.weight DEFAULT NULL, tax_category api.tax_category DEFAULT NULL, requires_shipping boolean DEFAULT NULL,
    if_match bigint DEFAULT NULL, given text[] DEFAULT NULL
)
RETURNS api.product
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_product catalog.products;
BEGIN
    v_product := catalog.lock_own_product(update_product.product_id, v_actor, update_product.if_match);
    PERFORM catalog.require_category(update_product.category_id);
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
        requires_shipping = coalesce(update_product.requires_shipping, p.requires_shipping), version = p.version + 1
    WHERE p.id = v_product.id RETURNING * INTO v_product;
    IF num_nonnulls(update_product.weight, update_product.requires_shipping) > 0 THEN
        PERFORM catalog.weigh_bundle(b.bundle_id) FROM catalog.bundle_items AS b WHERE b.product_id = v_product.id;
    END IF;
    RETURN api.render_product(v_product, NULL);
END $$;

COMMENT ON FUNCTION api.update_product IS
'Change a product

Only the fields that are sent; `category_id: null` removes it from its category.';

GRANT EXECUTE ON FUNCTION api.update_product TO app_merchant;
