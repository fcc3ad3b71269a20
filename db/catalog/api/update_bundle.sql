-- Changes one of the caller's bundles: only the fields that are sent. Orders keep the components that it had when they
-- were placed.
-- Locks:  the bundle.
-- Errors: bundle_not_found, category_not_found, product_not_found 404; sku_taken 409; bundle_empty 422; version_stale
--         412.
CREATE FUNCTION api.update_bundle(
    bundle_id uuid, name api.short_text DEFAULT NULL, description api.long_text DEFAULT NULL, sku api.sku DEFAULT NULL,
    items api.bundle_lines DEFAULT NULL, category_id uuid DEFAULT NULL, images api.image_urls DEFAULT NULL,
    tax_category api.tax_category DEFAULT NULL, if_match bigint DEFAULT NULL, given text[] DEFAULT NULL
)
RETURNS api.bundle
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_bundle catalog.products;
BEGIN
    v_bundle := catalog.lock_own_product(update_bundle.bundle_id, v_actor, update_bundle.if_match, bundle => true);
    PERFORM catalog.require_category(update_bundle.category_id);
    IF update_bundle.items IS NOT NULL THEN
        PERFORM catalog.set_bundle_items(v_bundle.id, v_actor,
                                         ARRAY(SELECT i.product_id FROM unnest(update_bundle.items) AS i),
                                         ARRAY(SELECT i.quantity::integer FROM unnest(update_bundle.items) AS i));
    END IF;
    UPDATE catalog.products AS p
    SET name = coalesce(update_bundle.name, p.name), description = coalesce(update_bundle.description, p.description),
        sku = coalesce(update_bundle.sku, p.sku),
        category_id = CASE WHEN 'category_id' = ANY (coalesce(update_bundle.given, '{}')) THEN update_bundle.category_id
                           ELSE coalesce(update_bundle.category_id, p.category_id) END,
        images = coalesce(update_bundle.images::text[], p.images),
        tax_category = coalesce(update_bundle.tax_category, p.tax_category), version = p.version + 1
    WHERE p.id = v_bundle.id RETURNING * INTO v_bundle;
    RETURN api.render_bundle(v_bundle, NULL);
END $$;

COMMENT ON FUNCTION api.update_bundle IS
'Change a bundle

Only the fields that are sent; `items` replaces all of them. Orders keep what they contain.';

GRANT EXECUTE ON FUNCTION api.update_bundle TO app_merchant;
